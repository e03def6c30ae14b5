/** The runner and its ledger in a folder, killed with -9 in a storm that has more alerts than the policy lets it act on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHistory } from '../../cli/history/file.ts';
import { concurrently } from '../support/deliver.ts';
import { isBuilt, ROOT, System, sendLikeAlertmanager, webhook } from '../support/runner.ts';
import { until } from '../support/until.ts';

const ALERTS = 240;
const PER_WEBHOOK = 10;
const SENDERS = 3;
/** As many as the policy allows; the other half of the alerts is only recorded. */
const TRIGGERS = 120;
const POLICY = {
  remediation: { modes: { disruptive: 'auto' }, limits: { overall: { triggers: TRIGGERS, per: '10m' } } },
};

describe.skipIf(!isBuilt())('a storm in which the runner is killed with -9, twice,', () => {
  const folder = mkdtempSync(join(tmpdir(), 'asre-kill-storm-'));
  let system: System;

  beforeAll(async () => {
    mkdirSync(join(folder, 'runbook'));
    writeFileSync(join(folder, 'runbook/policy.yaml'), JSON.stringify(POLICY));
    const runbook = [join(ROOT, 'test/fixtures/runbook-small'), join(folder, 'runbook')].join(':');
    system = await System.create('http://127.0.0.1:9/', [], {
      ...{ RUNBOOK_DIR: runbook, TRM_ENABLED: 'false', GEMMA_ENABLED: 'false' },
    });
    await system.start('--quiet');
  });

  afterAll(async () => {
    await system.remove();
    rmSync(folder, { recursive: true });
  });

  test('records one outcome of every alert, and no two lambda triggers of one', async () => {
    const firsts = Array.from({ length: ALERTS / PER_WEBHOOK }, (_, index) => index * PER_WEBHOOK);
    const sent = concurrently(firsts, SENDERS, (first) =>
      sendLikeAlertmanager(system.url, webhook(first, PER_WEBHOOK)),
    );
    for (const share of [0.25, 0.6]) {
      await until(async () => (await outcomes(system.data)).size >= ALERTS * share);
      await system.kill();
      await system.start('--quiet');
    }
    await sent;
    await until(async () => (await outcomes(system.data)).size >= ALERTS);
    const all = [...(await outcomes(system.data)).values()];
    expect(all.filter((each) => each.length !== 1)).toEqual([]);
    const counts: Record<string, number> = {};
    for (const outcome of all.flat()) {
      const what = outcome.replace(/ \w+$/, ''); // without the id
      counts[what] = (counts[what] ?? 0) + 1;
    }
    const { 'asked for matched': triggers = 0, 'waiting storm': storms, 'suppressed rate': held, ...others } = counts;
    expect({ triggers, storms, held, others }).toEqual({
      ...{ triggers: TRIGGERS, storms: 1, held: ALERTS - TRIGGERS - 1 },
      others: {},
    });
  }, 120_000);
});

/** What a selection comes to that is delivered again: its trigger is out, or its question. */
const AGAIN = ['duplicate', 'waiting-approval'];

/** What is recorded of each episode, apart from that it was delivered again. */
async function outcomes(data: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for await (const { id, episode, outcome, reason = '' } of readHistory(data)) {
    if (AGAIN.includes(reason)) continue;
    found.set(episode, [...(found.get(episode) ?? []), `${outcome} ${reason} ${id}`]);
  }
  return found;
}
