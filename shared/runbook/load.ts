import { Ajv } from 'ajv';
import { scrapersNamed } from '../alert/own-labels.ts';
import { AsreError } from '../errors.ts';
import { inOrder, type Problem, type SourceFile } from '../text/document.ts';
import { checkAlerts, checkFamilies } from './check/alerts.ts';
import { checkCatalogue } from './check/catalogue.ts';
import { checkPolicy } from './check/policy.ts';
import type { KnownNames } from './check/report.ts';
import { checkSituations } from './check/situations.ts';
import { compileConditions, conditionNames } from './conditions.ts';
import { NO_FUNCTION } from './decide.ts';
import { doubtsOf, unfilledIn } from './doubts.ts';
import { type Layer, type LayerFile, readLayer } from './layer.ts';
import { parseMatcher } from './matcher.ts';
import { namespaceSet } from './namespaces.ts';
import { mergeCatalogues, mergeEntries, mergePolicies, mergeSituations, overridesOf } from './overlay.ts';
import { compileRemediation } from './remediation.ts';
import {
  type Catalogue,
  type CatalogueFunction,
  catalogueFunction,
  type Policy,
  parameterNames,
  type Runbook,
  type RunbookEntry,
} from './runbook.ts';
import type { AlertsFile, CatalogueFile, Entry, PolicyFile, SituationsFile } from './schema.ts';
import { unaskedKeys } from './unasked.ts';

export interface LoadOptions {
  /** Which entries are read too: all, those by which a "none" is doubted (named), the pinned ones that decide before any model, or none. */
  readonly entries: boolean | 'named' | 'pinned';
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
  /** What a later folder overrides of one before, and what is likely not meant so; worked out for whoever asks. */
  readonly notes: () => readonly Problem[];
  /** What must still be filled in, of files that can be used as they are; worked out likewise. */
  readonly unfilled: () => readonly Problem[];
}

/** Like loadRunbook, but returns the problems rather than throwing them; for `agent-sre check`. */
export function readRunbook(directories: string, options: LoadOptions): ReadRunbook {
  const problems: Problem[] = [];
  const layers = runbookFolders(directories).map((folder, index) => readLayer(folder, index > 0, options, problems));
  if (layers.length === 0) problems.push({ file: directories, line: 1, message: 'names no folder' });
  const merged = {
    catalogue: mergeCatalogues(layers),
    policy: mergePolicies(layers),
    situations: mergeSituations(layers),
  };
  checkLayers(layers, knownNames(layers, merged), options, problems);
  const catalogue = new Map(
    layers.flatMap((layer) => (layer.catalogue ? [...compileCatalogue(layer.catalogue, layer.isBuilt, problems)] : [])),
  );
  const notes = () => [
    ...overridesOf(layers),
    ...layers.flatMap(doubtsOf),
    ...(problems.length === 0 ? unaskedKeys(layers, merged.policy) : []),
  ];
  const unfilled = () => layers.flatMap(unfilledIn);
  if (problems.length > 0) return { problems: inOrder(problems), notes, unfilled };
  const runbook = {
    catalogue,
    policy: compilePolicy(merged.policy, options.protectedNamespaces ?? []),
    situations: new Map(
      Object.entries(merged.situations.situations).map(([name, { cases }]) => [name, { name, cases }]),
    ),
    entries: wantedEntries(mergeEntries(layers), options.entries, merged.situations).map(compileEntry),
  };
  return { runbook, problems, notes, unfilled };
}

/** The folders of a runbook, the shipped one first. */
export function runbookFolders(directories: string): string[] {
  return directories
    .split(':')
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '');
}

function wantedEntries(
  entries: readonly Entry[],
  which: LoadOptions['entries'],
  { situations }: SituationsFile,
): readonly Entry[] {
  switch (which) {
    case true:
      return entries;
    case 'named':
      return namingCalls(entries, situations);
    case 'pinned':
      return entries.filter(({ pinned }) => pinned === true);
    case false:
      return [];
    default:
      return which satisfies never;
  }
}

/** The entries that name an alert for which some entry may call a function; the others would take a third of the memory. */
function namingCalls(entries: readonly Entry[], situations: SituationsFile['situations']): readonly Entry[] {
  const calls = ({ situation }: Entry) => situations[situation]?.cases.some((each) => each.do !== NO_FUNCTION) === true;
  const called = new Set(entries.filter(calls).flatMap(({ names = [] }) => names));
  return entries.filter(({ names = [] }) => names.some((name) => called.has(name)));
}

function alertFiles({ alerts, patterns }: Layer): SourceFile<AlertsFile>[] {
  return [...alerts, ...patterns];
}

interface Merged {
  readonly catalogue: CatalogueFile;
  readonly policy: PolicyFile;
  readonly situations: SituationsFile;
}

// Where a file cannot be read, nobody knows which names it has: they are not asked for.
function knownNames(layers: readonly Layer[], { catalogue, policy, situations }: Merged): KnownNames {
  const isWhole = (file: LayerFile) => layers.every(({ broken }) => !broken.has(file));
  return {
    ...(isWhole('catalogue') && { functions: Object.keys(catalogue.functions), parameters: parametersOf(catalogue) }),
    ...(isWhole('policy') && { targets: Object.keys(policy.targets), conditions: conditionNames(policy) }),
    ...(isWhole('situations') && { situations: Object.keys(situations.situations) }),
  };
}

function parametersOf({ functions }: CatalogueFile): ReadonlyMap<string, readonly string[] | undefined> {
  return new Map(Object.entries(functions).map(([name, { parameters }]) => [name, parameterNames(parameters)]));
}

// What the build has checked stays sound: a folder behind it adds names, and removes none.
function checkLayers(layers: readonly Layer[], known: KnownNames, { entries }: LoadOptions, problems: Problem[]): void {
  const unchecked = layers.filter(({ isBuilt }) => !isBuilt);
  for (const layer of unchecked) checkLayer(layer, known, problems);
  const isWhole = layers.every(({ broken }) => !broken.has('alerts'));
  if (entries === true && isWhole && unchecked.length > 0) checkFamilies(layers.flatMap(alertFiles), problems);
}

function checkLayer(layer: Layer, known: KnownNames, problems: Problem[]): void {
  if (layer.catalogue) checkCatalogue(layer.catalogue, known, problems);
  if (layer.policy) checkPolicy(layer.policy, known, problems);
  if (layer.situations) checkSituations(layer.situations, known, problems);
  checkAlerts(alertFiles(layer), known, problems);
}

function compileCatalogue(
  { file, content, lineOf }: SourceFile<CatalogueFile>,
  isBuilt: boolean,
  problems: Problem[],
): Catalogue {
  // What the build has not checked is checked as JSON Schema, and that it compiles.
  const ajv = new Ajv({ strict: false, validateSchema: !isBuilt, code: { optimize: false } });
  const functions = new Map<string, CatalogueFunction>();
  const schemas = new Map<string, CatalogueFile['functions'][string]['parameters']>(); // functions share few of them
  for (const [name, declared] of Object.entries(content.functions)) {
    const text = JSON.stringify(declared.parameters);
    const parameters = schemas.get(text) ?? declared.parameters;
    schemas.set(text, parameters);
    try {
      if (!isBuilt) ajv.compile(parameters);
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
    annotations: content.annotations.map((grant) => ({ ...grant, isIn: grantNamespaces(grant.namespaces) })),
    scrapers: scrapersNamed(content.scrapers ?? []),
    targets: new Map(Object.entries(content.targets)),
    forbidden: new Map(Object.entries(content.forbidden ?? {})),
    conditions: compileConditions(content),
    remediation: compileRemediation(content.remediation ?? {}),
  };
}

// "*" stands for any namespace, and not for an alert without one.
function grantNamespaces(patterns: readonly string[]): (namespace: string) => boolean {
  const named = namespaceSet(patterns.filter((pattern) => pattern !== ''));
  return (namespace) => (namespace === '' ? patterns.includes('') : named.has(namespace));
}

function compileEntry(entry: AlertsFile['alerts'][number]): RunbookEntry {
  return { ...entry, matchers: (entry.match ?? []).map(parseMatcher) };
}
