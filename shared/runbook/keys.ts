import type { Labels } from '../alert/alert.ts';
import type { Family, Policy, Target } from './runbook.ts';
import { references } from './template.ts';

/**
 * The label keys that a policy gives a meaning: those that may name a target, and those that its conditions ask for. All
 * others say nothing about which remediation fits, so no tier is shown them.
 */
export interface PolicyKeys {
  readonly targets: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  /** Whether a label makes one of the conditions true: another value of its key does not matter. */
  readonly meets: (name: string, labels: Labels) => boolean;
}

export function policyKeys({ targets, conditions }: Pick<Policy, 'targets' | 'conditions'>): PolicyKeys {
  const matchers = [...conditions.values()].flat();
  return {
    targets: new Set([...targets.values()].flat().flatMap(familyLabels)),
    conditions: new Set(matchers.map(({ name }) => name)),
    meets: (name, labels) => matchers.some((matcher) => matcher.name === name && matcher.test(labels)),
  };
}

/** The label names that the templates of a family may refer to. */
function familyLabels(family: Family): string[] {
  return Object.values(family).flat().flatMap(references);
}

/** The label keys that may fill each parameter of a target, best first. */
export function keysByParameter(target: Target): string[][] {
  const keys = new Map<string, string[]>();
  for (const [parameter, templates] of target.flatMap((family) => Object.entries(family)))
    keys.set(parameter, [...(keys.get(parameter) ?? []), ...templates.flatMap(references)]);
  return [...keys.values()].map((each) => [...new Set(each)]);
}

/** A known label key that may fill the same parameter as a new one. */
export interface Alternative {
  readonly key: string;
  /** Whether the policy prefers the new key to this one, so that it is read in its place where an alert has both. */
  readonly yields: boolean;
}

/** By key that is not known, in the order of the targets: its known alternatives, those that it is listed with first. */
export function alternativesOf(
  targets: Iterable<Target>,
  known: ReadonlySet<string>,
): ReadonlyMap<string, readonly Alternative[]> {
  const alternatives = new Map<string, readonly Alternative[]>();
  for (const target of targets) {
    const places = keysByParameter(target).flatMap((keys) => keys.map((key, at) => ({ keys, key, at })));
    for (const { keys, key, at } of places) {
      if (known.has(key) || alternatives.has(key)) continue;
      const after = keys.slice(at + 1).map((each) => ({ key: each, yields: true }));
      const before = keys.slice(0, at).map((each) => ({ key: each, yields: false }));
      const candidates = [...after, ...before.reverse()].filter((each) => known.has(each.key));
      if (candidates.length > 0) alternatives.set(key, listedWithFirst(target, key, candidates));
    }
  }
  return alternatives;
}

/** Of other families the plainest key is best: `pod` is met more often than `exported_pod`. */
function listedWithFirst(target: Target, key: string, candidates: readonly Alternative[]): readonly Alternative[] {
  const lists = target.flatMap((family) => Object.values(family)).map((templates) => templates.flatMap(references));
  const beside = new Set(lists.filter((keys) => keys.includes(key)).flat());
  const others = candidates.filter((each) => !beside.has(each.key));
  return [
    ...candidates.filter((each) => beside.has(each.key)),
    ...others.sort((left, right) => left.key.length - right.key.length),
  ];
}
