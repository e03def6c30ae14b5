import type { Path, Problem, SourceFile } from '../text/document.ts';
import type { Layer } from './layer.ts';
import { mergeRemediation } from './remediation.ts';
import type { AlertsFile, CatalogueFile, Entry, PolicyFile, SituationsFile } from './schema.ts';
import { referencesIn } from './template.ts';

export function mergeCatalogues(layers: readonly Layer[]): CatalogueFile {
  return { functions: Object.assign({}, ...layers.map(({ catalogue }) => catalogue?.content.functions)) };
}

export function mergeSituations(layers: readonly Layer[]): SituationsFile {
  return { situations: Object.assign({}, ...layers.map(({ situations }) => situations?.content.situations)) };
}

/**
 * Targets and conditions win by name (a condition may list itself, as it was), grants and clusters as a whole, what is said of
 * remediation field by field. What is protected or forbidden stays so: an overlay adds.
 */
export function mergePolicies(layers: readonly Layer[]): PolicyFile {
  const policies = layers.flatMap(({ policy }) => policy?.content ?? []);
  const clusters = policies.findLast((policy) => policy.clusters !== undefined)?.clusters;
  return {
    protectedNamespaces: policies.flatMap(({ protectedNamespaces = [] }) => protectedNamespaces),
    forbidden: mergeForbidden(policies),
    storesData: {
      labels: policies.flatMap(({ storesData }) => storesData?.labels ?? []),
      names: policies.flatMap(({ storesData }) => storesData?.names ?? []),
    },
    ...(clusters === undefined ? {} : { clusters }),
    annotations: policies.findLast((policy) => policy.annotations !== undefined)?.annotations ?? [],
    scrapers: policies.flatMap(({ scrapers = [] }) => scrapers),
    targets: Object.assign({}, ...policies.map(({ targets }) => targets)),
    conditions: policies.map(({ conditions = {} }) => conditions).reduce(mergeConditions, {}),
    remediation: policies.map(({ remediation = {} }) => remediation).reduce(mergeRemediation, {}),
  };
}

type Conditions = PolicyFile['conditions'];

/** A line that is the condition's own name stands for its lines so far. */
function mergeConditions(before: Conditions, later: Conditions): Conditions {
  const merged = Object.entries(later).map(([name, lines]) => [
    name,
    lines.flatMap((line) => (line === name && Object.hasOwn(before, name) ? (before[name] ?? []) : [line])),
  ]);
  return { ...before, ...Object.fromEntries(merged) };
}

function mergeForbidden(policies: readonly Partial<PolicyFile>[]): Record<string, string[]> {
  const pairs = policies.flatMap(({ forbidden = {} }) => Object.entries(forbidden));
  const names = new Set(pairs.map(([name]) => name));
  return Object.fromEntries(
    [...names].map((name) => [name, pairs.flatMap(([other, conditions]) => (other === name ? conditions : []))]),
  );
}

/**
 * The entries in the order in which they are asked: those of the last folder first, patterns behind all others. An entry takes
 * the place of one with the same id in a folder before.
 */
export function mergeEntries(layers: readonly Layer[]): Entry[] {
  const latestFirst = layers.toReversed();
  const owner = new Map<string, Layer>();
  for (const layer of layers) for (const { id } of entriesOf(layer)) owner.set(id, layer);
  const kept = (layer: Layer, kind: 'alerts' | 'patterns') =>
    layer[kind].flatMap(({ content }) => content.alerts).filter(({ id }) => owner.get(id) === layer);
  return [
    ...latestFirst.flatMap((layer) => kept(layer, 'alerts')),
    ...latestFirst.flatMap((layer) => kept(layer, 'patterns')),
  ];
}

function entriesOf({ alerts, patterns }: Layer): Entry[] {
  return [...alerts, ...patterns].flatMap(({ content }) => content.alerts);
}

interface Named {
  /** What it is and its name: two with the same text are rivals. */
  readonly what: string;
  readonly source: SourceFile<unknown>;
  readonly path: Path;
  /** What it is made of, where less of it may be meant as more: the labels of a target, the lines of a condition. */
  readonly parts?: readonly string[];
  /** Whether it has the parts of the one before too. */
  readonly keeps?: boolean;
}

/** What takes the place of what: a note for each name of a folder that one before it has too. */
export function overridesOf(layers: readonly Layer[]): Problem[] {
  const known = new Map<string, Named>();
  const notes: Problem[] = [];
  for (const layer of layers) {
    const named = namedIn(layer);
    for (const { what, source, path, parts = [], keeps = false } of named) {
      const before = known.get(what);
      if (before === undefined) continue;
      const place = `${before.source.file}:${before.source.lineOf(before.path)}`;
      const missing = keeps ? [] : (before.parts ?? []).filter((part) => !parts.includes(part));
      const message = `${what} overrides ${place}${missing.length === 0 ? '' : `, without its ${missing.join(', ')}`}`;
      notes.push({ file: source.file, line: source.lineOf(path), message });
    }
    for (const each of named) known.set(each.what, each);
  }
  return notes;
}

function namedIn({ catalogue, policy, situations, alerts, patterns }: Layer): Named[] {
  const keys = (kind: string, source: SourceFile<object> | undefined, key: string): Named[] => {
    const map = source === undefined ? {} : ((source.content as Record<string, object>)[key] ?? {});
    return Object.keys(map).map((name) => ({
      what: `${kind} ${name}`,
      source: source as SourceFile<object>,
      path: [key, name],
    }));
  };
  const wholes = (['annotations', 'clusters'] as const).flatMap((key): Named[] =>
    policy?.content[key] === undefined ? [] : [{ what: key, source: policy, path: [key] }],
  );
  return [
    ...keys('the function', catalogue, 'functions'),
    ...(policy === undefined ? [] : [...targetNames(policy), ...conditionNames(policy)]),
    ...wholes,
    ...keys('the situation', situations, 'situations'),
    ...[...alerts, ...patterns].flatMap(entryNames),
  ];
}

function targetNames(source: SourceFile<Partial<PolicyFile>>): Named[] {
  return Object.entries(source.content.targets ?? {}).map(([name, target]) => {
    const templates = target.flatMap((family) => Object.values(family).flat());
    const parts = [...new Set(templates.flatMap(referencesIn))];
    return { what: `the target ${name}`, source, path: ['targets', name], parts };
  });
}

function conditionNames(source: SourceFile<Partial<PolicyFile>>): Named[] {
  return Object.entries(source.content.conditions ?? {}).map(([name, parts]) => {
    return { what: `the condition ${name}`, source, path: ['conditions', name], parts, keeps: parts.includes(name) };
  });
}

function entryNames(source: SourceFile<AlertsFile>): Named[] {
  return source.content.alerts.flatMap(({ id, names = [], match }, index) => [
    { what: `the entry ${id}`, source, path: ['alerts', index] },
    // An entry with matchers takes some alerts of a name, not the name.
    ...(match === undefined
      ? names.map((name, at) => ({ what: `the alert name ${name}`, source, path: ['alerts', index, 'names', at] }))
      : []),
  ]);
}
