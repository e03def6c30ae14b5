import type { Labels } from '../alert/alert.ts';
import { type Matcher, parseMatcher } from './matcher.ts';
import type { PolicyFile } from './schema.ts';

/** The condition that `storesData` of a policy makes. */
const STORES_DATA = 'stores-data';
const CONDITION_NAME = /^[a-z0-9-]+$/;

/** The names of all conditions of a policy. */
export function conditionNames({ conditions }: Pick<PolicyFile, 'conditions'>): string[] {
  return [...Object.keys(conditions), STORES_DATA];
}

/** Whether a line of a condition names another one, rather than being a matcher. */
export function namesCondition(text: string): boolean {
  return CONDITION_NAME.test(text);
}

/** Every condition with its matchers, those of the conditions that it names among them. */
export function compileConditions(policy: PolicyFile): ReadonlyMap<string, readonly Matcher[]> {
  return new Map(conditionNames(policy).map((name) => [name, matchersOf(policy, name, new Set()).map(parseMatcher)]));
}

function matchersOf(policy: PolicyFile, name: string, seen: Set<string>): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  if (name === STORES_DATA) return storesDataMatchers(policy.storesData ?? {});
  return (policy.conditions[name] ?? []).flatMap((text) =>
    namesCondition(text) ? matchersOf(policy, text, seen) : [text],
  );
}

function storesDataMatchers({ labels = [], names = [] }: NonNullable<PolicyFile['storesData']>): string[] {
  if (names.length === 0) return [];
  const anywhere = JSON.stringify(`(?is).*(?:${names.join('|')}).*`);
  return labels.map((label) => `${label}=~${anywhere}`);
}

/** Whether one of the matchers of the condition is true for these labels. */
export function conditionHolds(
  { conditions }: { readonly conditions: ReadonlyMap<string, readonly Matcher[]> },
  name: string,
  labels: Labels,
): boolean {
  return (conditions.get(name) ?? []).some((matcher) => matcher.test(labels));
}
