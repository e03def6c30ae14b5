import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { scraperNamed } from '../alert/own-labels.ts';
import { AsreError } from '../errors.ts';
import { type Problem, readDocument, type SourceFile } from '../text/document.ts';
import { checkAlerts, checkCatalogue, checkFamilies, checkPolicy, checkSituations } from './check.ts';
import { parseMatcher } from './matcher.ts';
import { namespaceSet } from './namespaces.ts';
import {
  type Catalogue,
  type CatalogueFunction,
  catalogueFunction,
  type Policy,
  type Runbook,
  type RunbookEntry,
} from './runbook.ts';
import { AlertsFile, CatalogueFile, type Entry, PolicyFile, SituationsFile } from './schema.ts';

export interface LoadOptions {
  /** Which alert entries are read too: all, the pinned ones that decide before any model, or none. */
  readonly entries: boolean | 'pinned';
  /** Namespaces protected beside those of the policy (PROTECTED_NAMESPACES). */
  readonly protectedNamespaces?: readonly string[];
}

/**
 * Loads and checks the runbook in `directory`.
 *
 * @throws {AsreError} ASRE_RUNBOOK_INVALID with every problem as `file:line: message`
 */
export function loadRunbook(directory: string, options: LoadOptions): Runbook {
  const { runbook, problems } = readRunbook(directory, options);
  if (runbook !== undefined && problems.length === 0) return runbook;
  const lines = problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  throw new AsreError('ASRE_RUNBOOK_INVALID', lines.join('\n'));
}

/** Like loadRunbook, but returns the problems rather than throwing them; for `agent-sre check`. */
export function readRunbook(directory: string, options: LoadOptions): { runbook?: Runbook; problems: Problem[] } {
  const problems: Problem[] = [];
  const catalogue = readDocument(documentPath(directory, 'catalogue', problems), CatalogueFile, problems);
  const policy = readDocument(documentPath(directory, 'policy', problems), PolicyFile, problems);
  const situations = readDocument(documentPath(directory, 'situations', problems), SituationsFile, problems);
  const alerts = options.entries === false ? [] : readAlerts(directory, options.entries, problems);
  if (!catalogue || !policy || !situations) return { problems };
  checkCatalogue(catalogue, policy.content, problems);
  checkPolicy(policy, catalogue.content, problems);
  checkSituations(situations, catalogue.content, policy.content, problems);
  checkAlerts(alerts, situations.content, problems);
  if (options.entries === true) checkFamilies(alerts, problems);
  if (problems.length > 0) return { problems };
  const runbook = {
    catalogue: compileCatalogue(catalogue, problems),
    policy: compilePolicy(policy.content, options.protectedNamespaces ?? []),
    situations: new Map(
      Object.entries(situations.content.situations).map(([name, { cases }]) => [name, { name, cases }]),
    ),
    entries: alerts
      .flatMap(({ content }) => content.alerts)
      .filter(({ pinned }) => options.entries === true || pinned === true)
      .map(compileEntry),
  };
  return { runbook, problems };
}

// A file of which no entry is pinned is not parsed where only these are wanted: a thousand entries take seconds.
function readAlerts(directory: string, which: true | 'pinned', problems: Problem[]): SourceFile<AlertsFile>[] {
  const folder = join(directory, 'alerts');
  const files = inReadingOrder(
    listDirectory(folder, { recursive: true }).filter((path) => /\.(ya?ml|json)$/.test(path)),
  );
  if (files.length === 0 && which === true)
    problems.push({ file: folder, line: 1, message: 'contains no alert entries (*.yaml)' });
  const wanted = which === true ? files : files.filter((path) => mentionsPinned(join(folder, path)));
  const sources = wanted.flatMap((path) => readDocument(join(folder, path), AlertsFile, problems) ?? []);
  return sources.map(withPinned);
}

function mentionsPinned(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').includes('pinned');
  } catch {
    return true; // told when it is read as a document
  }
}

/** Each entry says itself whether it is pinned; a pattern of names never is, whatever its file says. */
function withPinned(source: SourceFile<AlertsFile>): SourceFile<AlertsFile> {
  const { alerts, pinned: ofFile = false } = source.content;
  const pinnedOf = ({ pinned, names }: Entry) => pinned ?? (ofFile && names !== undefined);
  return { ...source, content: { alerts: alerts.map((entry) => ({ ...entry, pinned: pinnedOf(entry) })) } };
}

/** The order in which the files of alerts/ are read: by path, but patterns.yaml after all others, since the first entry wins. */
function inReadingOrder(paths: readonly string[]): string[] {
  const isPatterns = (path: string) => /^patterns\.(ya?ml|json)$/.test(path);
  const sorted = [...paths].sort(); // by code unit, so the same on every machine
  return [...sorted.filter((path) => !isPatterns(path)), ...sorted.filter(isPatterns)];
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
  };
}

function compileEntry(entry: AlertsFile['alerts'][number]): RunbookEntry {
  return { ...entry, matchers: (entry.match ?? []).map(parseMatcher) };
}
