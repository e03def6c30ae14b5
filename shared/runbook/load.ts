import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { scraperNamed } from '../alert/own-labels.ts';
import { AsreError } from '../errors.ts';
import { type Problem, readDocument, type SourceFile } from '../text/document.ts';
import { checkAlerts, checkCatalogue, checkFamilies, checkPolicy, checkSituations } from './check.ts';
import { parseMatcher } from './matcher.ts';
import { namespaceSet } from './namespaces.ts';
import { type Layer, mergeCatalogues, mergeEntries, mergePolicies, mergeSituations, overridesOf } from './overlay.ts';
import { compileRemediation } from './remediation.ts';
import {
  type Catalogue,
  type CatalogueFunction,
  catalogueFunction,
  type Policy,
  type Runbook,
  type RunbookEntry,
} from './runbook.ts';
import { AlertsFile, CatalogueFile, type Entry, PolicyFile, PolicyOverlay, SituationsFile } from './schema.ts';

export interface LoadOptions {
  /** Which alert entries are read too: all, the pinned ones that decide before any model, or none. */
  readonly entries: boolean | 'pinned';
  /** Namespaces protected beside those of the policy (PROTECTED_NAMESPACES). */
  readonly protectedNamespaces?: readonly string[];
}

/**
 * Loads and checks the runbook.
 *
 * @param directories its folder; or several with `:` between them, where what stands in a later one wins by name
 * @throws {AsreError} ASRE_RUNBOOK_INVALID with every problem as `file:line: message`
 */
export function loadRunbook(directories: string, options: LoadOptions): Runbook {
  const { runbook, problems } = readRunbook(directories, options);
  if (runbook !== undefined && problems.length === 0) return runbook;
  const lines = problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  throw new AsreError('ASRE_RUNBOOK_INVALID', lines.join('\n'));
}

interface ReadRunbook {
  readonly runbook?: Runbook;
  readonly problems: Problem[];
  /** What a later folder overrides of one before. */
  readonly overrides: readonly Problem[];
}

/** Like loadRunbook, but returns the problems rather than throwing them; for `agent-sre check`. */
export function readRunbook(directories: string, options: LoadOptions): ReadRunbook {
  const problems: Problem[] = [];
  const layers = runbookFolders(directories).map((folder, index) => readLayer(folder, index > 0, options, problems));
  const overrides = overridesOf(layers);
  const [first] = layers;
  if (!first?.catalogue || !first.policy || !first.situations) return { problems, overrides };
  const merged = {
    catalogue: mergeCatalogues(layers),
    policy: mergePolicies(layers),
    situations: mergeSituations(layers),
  };
  for (const layer of layers) checkLayer(layer, merged, problems);
  if (options.entries === true) checkFamilies(layers.flatMap(alertFiles), problems);
  if (problems.length > 0) return { problems, overrides };
  const runbook = {
    catalogue: new Map(
      layers.flatMap(({ catalogue }) => (catalogue ? [...compileCatalogue(catalogue, problems)] : [])),
    ),
    policy: compilePolicy(merged.policy, options.protectedNamespaces ?? []),
    situations: new Map(
      Object.entries(merged.situations.situations).map(([name, { cases }]) => [name, { name, cases }]),
    ),
    entries: mergeEntries(layers)
      .filter(({ pinned }) => options.entries === true || pinned === true)
      .map(compileEntry),
  };
  return { runbook, problems, overrides };
}

/** The folders of a runbook, the shipped one first. */
export function runbookFolders(directories: string): string[] {
  return directories
    .split(':')
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '');
}

function alertFiles({ alerts, patterns }: Layer): SourceFile<AlertsFile>[] {
  return [...alerts, ...patterns];
}

interface Merged {
  readonly catalogue: CatalogueFile;
  readonly policy: PolicyFile;
  readonly situations: SituationsFile;
}

function checkLayer(layer: Layer, { catalogue, policy, situations }: Merged, problems: Problem[]): void {
  if (layer.catalogue) checkCatalogue(layer.catalogue, policy, problems);
  if (layer.policy) checkPolicy(layer.policy, catalogue, problems);
  if (layer.situations) checkSituations(layer.situations, catalogue, policy, problems);
  checkAlerts(alertFiles(layer), situations, problems);
}

function readLayer(directory: string, isOverlay: boolean, { entries }: LoadOptions, problems: Problem[]): Layer {
  const files = listDirectory(directory);
  const read = <Schema extends TSchema>(name: string, schema: Schema) =>
    isOverlay && !files.some((file) => file === `${name}.yaml` || file === `${name}.json`)
      ? undefined
      : readDocument(documentPath(directory, name, problems), schema, problems);
  if (isOverlay && !files.some((file) => /^(alerts|(catalogue|policy|situations)\.(yaml|json))$/.test(file))) {
    const message = 'contains no catalogue.yaml, policy.yaml, situations.yaml or alerts/';
    problems.push({ file: directory, line: 1, message });
  }
  return {
    catalogue: read('catalogue', CatalogueFile),
    policy: read('policy', isOverlay ? PolicyOverlay : PolicyFile),
    situations: read('situations', SituationsFile),
    ...readAlerts(directory, isOverlay, entries, problems),
  };
}

// A file of which no entry is pinned is not parsed where only these are wanted: a thousand entries take seconds.
function readAlerts(
  directory: string,
  isOverlay: boolean,
  which: LoadOptions['entries'],
  problems: Problem[],
): Pick<Layer, 'alerts' | 'patterns'> {
  if (which === false) return { alerts: [], patterns: [] };
  const folder = join(directory, 'alerts');
  const files = listDirectory(folder, { recursive: true }).filter((path) => /\.(ya?ml|json)$/.test(path));
  if (files.length === 0 && which === true && !isOverlay)
    problems.push({ file: folder, line: 1, message: 'contains no alert entries (*.yaml)' });
  const wanted = files.filter((path) => which === true || isOverlay || mentionsPinned(join(folder, path)));
  const isPatterns = (path: string) => /^patterns\.(ya?ml|json)$/.test(path);
  const read = (paths: readonly string[]) =>
    paths
      .toSorted() // by code unit, so the same on every machine
      .flatMap((path) => readDocument(join(folder, path), AlertsFile, problems) ?? [])
      .map((source) => withPinned(source, isOverlay));
  return { alerts: read(wanted.filter((path) => !isPatterns(path))), patterns: read(wanted.filter(isPatterns)) };
}

function mentionsPinned(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').includes('pinned');
  } catch {
    return true; // told when it is read as a document
  }
}

/** Each entry says itself whether it is pinned, as those of an overlay are by default; a pattern of names never is by its file. */
function withPinned(source: SourceFile<AlertsFile>, isOverlay: boolean): SourceFile<AlertsFile> {
  const { alerts, pinned: ofFile = isOverlay } = source.content;
  const pinnedOf = ({ pinned, names }: Entry) => pinned ?? (ofFile && names !== undefined);
  return { ...source, content: { alerts: alerts.map((entry) => ({ ...entry, pinned: pinnedOf(entry) })) } };
}

// The build compiles the YAML of a bundle to JSON, which a function reads in a tenth of the time. Whoever lays a policy beside
// the compiled one must not go on with the old one unnoticed.
function documentPath(directory: string, name: string, problems: Problem[]): string {
  const [yaml, json] = [join(directory, `${name}.yaml`), join(directory, `${name}.json`)];
  const files = listDirectory(directory);
  if (!files.includes(`${name}.json`)) return yaml;
  if (files.includes(`${name}.yaml`)) {
    problems.push({ file: yaml, line: 1, message: `stands beside ${name}.json: remove one of them` });
  }
  return json;
}

function listDirectory(directory: string, options?: { readonly recursive: boolean }): string[] {
  try {
    return readdirSync(directory, { encoding: 'utf8', ...options });
  } catch {
    return [];
  }
}

function compileCatalogue({ file, content, lineOf }: SourceFile<CatalogueFile>, problems: Problem[]): Catalogue {
  // The build has checked what it compiled to JSON; elsewhere the schemas are checked as JSON Schema, and that they compile.
  const checked = file.endsWith('.json');
  const ajv = new Ajv({ strict: false, validateSchema: !checked, code: { optimize: false } });
  const functions = new Map<string, CatalogueFunction>();
  const schemas = new Map<string, CatalogueFile['functions'][string]['parameters']>(); // functions share few of them
  for (const [name, declared] of Object.entries(content.functions)) {
    const text = JSON.stringify(declared.parameters);
    const parameters = schemas.get(text) ?? declared.parameters;
    schemas.set(text, parameters);
    try {
      if (!checked) ajv.compile(parameters);
      functions.set(name, catalogueFunction(ajv, name, { ...declared, parameters }));
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unreadable';
      problems.push({
        file,
        line: lineOf(['functions', name, 'parameters']),
        message: `${name}: no JSON Schema: ${why}`,
      });
    }
  }
  return functions;
}

function compilePolicy(content: PolicyFile, protectedNamespaces: readonly string[]): Policy {
  return {
    protectedNamespaces: namespaceSet([...content.protectedNamespaces, ...protectedNamespaces]),
    clusters: new Set(content.clusters),
    annotations: content.annotations,
    scrapers: (content.scrapers ?? []).map(({ name, alerts = [] }) => scraperNamed(name, alerts)),
    targets: new Map(Object.entries(content.targets)),
    conditions: new Map(Object.entries(content.conditions).map(([name, texts]) => [name, texts.map(parseMatcher)])),
    remediation: compileRemediation(content.remediation ?? {}),
  };
}

function compileEntry(entry: AlertsFile['alerts'][number]): RunbookEntry {
  return { ...entry, matchers: (entry.match ?? []).map(parseMatcher) };
}
