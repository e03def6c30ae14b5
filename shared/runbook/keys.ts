import type { Family, Policy } from './runbook.ts';
import { references } from './template.ts';

/**
 * The label keys that a policy gives a meaning: those that may name a target, and those that its conditions ask for. All
 * others say nothing about which remediation fits, so no tier is shown them.
 */
export interface PolicyKeys {
  readonly targets: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
}

export function policyKeys({ targets, conditions }: Pick<Policy, 'targets' | 'conditions'>): PolicyKeys {
  return {
    targets: new Set([...targets.values()].flat().flatMap(familyLabels)),
    conditions: new Set([...conditions.values()].flat().map(({ name }) => name)),
  };
}

/** The label names that the templates of a family may refer to. */
function familyLabels(family: Family): string[] {
  return Object.values(family).flat().flatMap(references);
}
