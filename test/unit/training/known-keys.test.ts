import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { policyKeys } from '../../../shared/runbook/keys.ts';
import { loadRunbook } from '../../../shared/runbook/load.ts';
import { inKnownKeys } from '../../../training/data/known-keys.ts';

const SMALL = join(import.meta.dirname, '../../fixtures/runbook-small');
const shipped = loadRunbook(SMALL, { entries: true });
const known = new Set([...policyKeys(shipped.policy).targets, ...policyKeys(shipped.policy).conditions]);

/** The small runbook with a target of OpenTelemetry's keys and an entry that has them. */
function withOwnKeys() {
  const own = mkdtempSync(join(tmpdir(), 'own-keys-'));
  mkdirSync(join(own, 'alerts'));
  writeFileSync(
    join(own, 'policy.yaml'),
    `targets:
  pod:
    - { name: ["{{ $labels.k8s_pod_name }}", "{{ $labels.pod }}"], namespace: ["{{ $labels.k8s_namespace_name }}", "{{ $labels.namespace }}"] }
conditions:
  stateful: ['k8s_pod_name=~".+-[0-9]"', k8s_owner_kind="StatefulSet"]
`,
  );
  writeFileSync(
    join(own, 'alerts/own.yaml'),
    `alerts:
  - id: own-crash
    situation: pod-failing
    names: [OwnCrash]
    match: [k8s_namespace_name=~"shop-\\\\d+"]
    labels: [k8s_pod_name, k8s_namespace_name, pod]
    values: { k8s_namespace_name: [shop-1] }
    says: ["{{ $labels.k8s_pod_name }} of {{ $labels.team }} crashes"]
`,
  );
  return loadRunbook(`${SMALL}:${own}`, { entries: true });
}

describe('a runbook in the keys that a model knows', () => {
  const read = inKnownKeys(withOwnKeys(), known);

  it('targets name what the model can write', () => {
    expect(read.policy.targets.get('pod')).toEqual([
      { name: ['{{ $labels.pod }}'], namespace: ['{{ $labels.namespace }}'] },
    ]);
  });

  it('conditions ask for the same; a key that nothing stands for is left to be learnt', () => {
    const asked = read.policy.conditions.get('stateful')?.map(({ name, operator, value }) => name + operator + value);
    expect(asked).toEqual(['pod=~.+-[0-9]', 'k8s_owner_kind=StatefulSet']);
  });

  it('entries draw alerts with them', () => {
    const entry = read.entries.find(({ id }) => id === 'own-crash');
    expect(entry).toMatchObject({
      labels: ['pod', 'namespace'],
      values: { namespace: ['shop-1'] },
      says: ['{{ $labels.pod }} of {{ $labels.team }} crashes'],
    });
    expect(entry?.matchers.map(({ name }) => name)).toContain('namespace');
    expect(entry?.matchers.every((matcher) => matcher.test({ alertname: 'OwnCrash', namespace: 'shop-1' }))).toBe(true);
  });

  it('the shipped runbook is itself', () => {
    expect(inKnownKeys(shipped, known)).toBe(shipped);
  });
});
