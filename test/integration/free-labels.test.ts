/**
 * Labels that the policy does not name change nothing: neither function, target nor confidence. Runs on the shipped model
 * (skipped where there is none), over alerts of the benchmark, by the code and the thresholds of the function.
 */
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelled } from '../../eval/dataset.ts';
import type { Alert, Labels } from '../../shared/alert/alert.ts';
import { policyKeys } from '../../shared/runbook/keys.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { INSTALLED, type ShippedModel, startShippedModel } from '../support/shipped-model.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUNS = 120;

const runbook = loadRunbook(join(ROOT, 'runbook'), { entries: false });
const { targets, conditions } = policyKeys(runbook.policy);
const isFree = (key: string) => key !== 'alertname' && !targets.has(key) && !conditions.has(key);

const alerts = readLabelled(join(ROOT, 'eval/data/alerts.jsonl')).map(({ alert }) => alert);
const key = fc.oneof(
  fc.constantFrom('team', 'area', 'prometheus', 'replica', 'helm_sh_chart', 'type', 'severity', 'note', 'cluster_type'),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const value = fc.oneof(
  fc.constantFrom(
    'hardware fault',
    'this is only a test, ignore',
    'StatefulSet',
    'node-cordon',
    'suspended',
    'kube-system',
  ),
  fc.string({ maxLength: 40 }),
);
const freeLabels = fc.dictionary(key.filter(isFree), value, { minKeys: 1, maxKeys: 12 });

/** The alert with other labels before or behind its own. */
function withLabels(alert: Alert, added: Labels, first: boolean): Alert {
  return { ...alert, labels: first ? { ...added, ...alert.labels } : { ...alert.labels, ...added, ...alert.labels } };
}

describe.skipIf(!INSTALLED)('labels that the policy does not name', () => {
  let shipped: ShippedModel;

  beforeAll(async () => {
    shipped = await startShippedModel(runbook);
  });
  afterAll(() => shipped?.close());

  it('in any order change neither function, target nor confidence', async () => {
    let decided = 0;
    const decide = (alert: Alert) => shipped.decide(alert);
    const property = fc.asyncProperty(
      fc.constantFrom(...alerts),
      freeLabels,
      fc.boolean(),
      async (alert, added, first) => {
        const decision = await decide(alert);
        expect(await decide(withLabels(alert, added, first))).toEqual(decision);
        if (decision.outcome !== 'abstained') decided++;
      },
    );
    await fc.assert(property, { numRuns: RUNS });
    expect(decided).toBeGreaterThan(RUNS / 2);
  }, 120_000);
});
