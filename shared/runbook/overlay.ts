import type { Path, Problem, SourceFile } from '../text/document.ts';
import type { Layer } from './layer.ts';
import { mergeRemediation } from './remediation.ts';
import type { AlertsFile, CatalogueFile, Entry, PolicyFile, SituationsFile } from './schema.ts';

export function mergeCatalogues(layers: readonly Layer[]): CatalogueFile {
  return { functions: Object.assign({}, ...layers.map(({ catalogue }) => catalogue?.content.functions)) };
}

export function mergeSituations(layers: readonly Layer[]): SituationsFile {
  return { situations: Object.assign({}, ...layers.map(({ situations }) => situations?.content.situations)) };
}

/**
 * Targets and conditions win by name, grants and clusters as a whole, what is said of remediation field by field. What is
 * protected or forbidden stays so: an overlay adds.
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
    conditions: Object.assign({}, ...policies.map(({ conditions }) => conditions)),
    remediation: policies.map(({ remediation = {} }) => remediation).reduce(mergeRemediation, {}),
  };
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
}

/** What takes the place of what: a note for each name of a folder that one before it has too. */
export function overridesOf(layers: readonly Layer[]): Problem[] {
  const known = new Map<string, Named>();
  const notes: Problem[] = [];
  for (const layer of layers) {
    const named = namedIn(layer);
    for (const { what, source, path } of named) {
      const before = known.get(what);
      if (before === undefined) continue;
      const place = `${before.source.file}:${before.source.lineOf(before.path)}`;
      notes.push({ file: source.file, line: source.lineOf(path), message: `${what} overrides ${place}` });
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
    ...keys('the target', policy, 'targets'),
    ...keys('the condition', policy, 'conditions'),
    ...wholes,
    ...keys('the situation', situations, 'situations'),
    ...[...alerts, ...patterns].flatMap(entryNames),
  ];
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
