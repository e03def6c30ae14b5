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
