import { expect, it } from 'vitest';
import { policyKeys } from '../../../../shared/runbook/keys.ts';
import { parseMatcher } from '../../../../shared/runbook/matcher.ts';

it('the keys of a policy are those of its targets and those that its conditions ask for', () => {
  const targets = new Map([
    ['pod', [{ name: ['{{ $labels.exported_pod }}'] }, { name: ['{{ $labels.pod }}', '{{ $labels.namespace }}'] }]],
    ['workload', [{ name: ['app={{ $labels.deployment }}'] }]],
  ]);
  const conditions = new Map([['suspended', [parseMatcher('suspended="true"'), parseMatcher('ready="Suspended"')]]]);
  const { meets, ...keys } = policyKeys({ targets, conditions });
  expect(keys).toEqual({
    targets: new Set(['exported_pod', 'pod', 'namespace', 'deployment']),
    conditions: new Set(['suspended', 'ready']),
  });
  expect(meets('suspended', { suspended: 'true' })).toBe(true);
  expect(meets('suspended', { suspended: 'false', ready: 'Suspended' })).toBe(false);
});
