import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT, UNATTENDED } from '../support/function.ts';
import { type Call, encodeAnswering, Listener } from '../support/listener.ts';
import { isBuilt, System, sendLikeAlertmanager, webhook } from '../support/runner.ts';
import { until } from '../support/until.ts';

const ALERTS = 1_000;
const PER_WEBHOOK = 20;
const LAMBDA_TRIGGER = 'io.homelab.agent-sre.lambda.trigger';
const OUTCOMES = [LAMBDA_TRIGGER, 'io.homelab.agent-sre.remediation.unresolved', 'io.homelab.agent-sre.event.rejected'];

describe.skipIf(!isBuilt())('1,000 alerts while parts of the system are killed with -9', () => {
  let listener: Listener;
  let system: System;

  beforeEach(async () => {
    listener = new Listener();
    const address = encodeAnswering(await listener.start(), { as: 'outcome' });
    const runbook = `${join(ROOT, 'runbook')}:${UNATTENDED}`;
    system = await System.create(address, OUTCOMES, { RUNBOOK_DIR: runbook });
    await system.start('--quiet');
  }, 90_000);

  afterEach(async () => {
    await system.remove();
    await listener.stop();
  }, 30_000);

  test('the runner, twice: none is lost and no lambda trigger is emitted twice with another id', async () => {
    const sent = sendAll(system);
    for (const share of [0.2, 0.6]) {
      await until(() => episodes(listener.calls).size >= ALERTS * share, 100_000);
      await system.kill();
      await system.start('--quiet');
    }
    await sent;
    await until(() => episodes(listener.calls).size >= ALERTS, 100_000);
    expectOneTriggerPerAlert(listener.calls);
  }, 240_000);

  test('every function: none is lost and no lambda trigger is emitted twice with another id', async () => {
    const sent = sendAll(system);
    const names = [...(await system.functions()).keys()];
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const [index, name] of names.entries()) {
      await until(() => episodes(listener.calls).size >= (ALERTS * (index + 1)) / (names.length + 2), 100_000);
      await killFunction(system, name);
    }
    await sent;
    await until(() => episodes(listener.calls).size >= ALERTS, 100_000);
    expectOneTriggerPerAlert(listener.calls);
    const running = async () => [...(await system.functions()).keys()].sort();
    await expect.poll(running, { timeout: 60_000, interval: 100 }).toEqual(names.sort());
  }, 240_000);
});

async function sendAll(system: System): Promise<void> {
  const firsts = Array.from({ length: ALERTS / PER_WEBHOOK }, (_, index) => index * PER_WEBHOOK);
  const senders = Array.from({ length: 2 }, async () => {
    for (let first = firsts.shift(); first !== undefined; first = firsts.shift()) {
      await sendLikeAlertmanager(system.url, webhook(first, PER_WEBHOOK));
    }
  });
  await Promise.all(senders);
}

async function killFunction(system: System, name: string): Promise<void> {
  let pid: number | undefined;
  for (let tries = 0; pid === undefined && tries < 500; tries++) {
    pid = (await system.functions()).get(name);
    if (pid === undefined) await sleep(20);
  }
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

/** Ids of the outcome events by episode. */
function episodes(calls: readonly Call[]): ReadonlyMap<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { headers } of calls) {
    const episode = headers['ce-correlationid'] ?? '?';
    found.set(episode, (found.get(episode) ?? new Set()).add(`${headers['ce-type']} ${headers['ce-id']}`));
  }
  return found;
}

function expectOneTriggerPerAlert(calls: readonly Call[]): void {
  const found = episodes(calls);
  const several = [...found]
    .filter(([, ids]) => ids.size !== 1)
    .map(([episode, ids]) => `${episode}: ${[...ids].join(', ')}`);
  const others = calls
    .filter(({ headers }) => headers['ce-type'] !== LAMBDA_TRIGGER)
    .map(({ headers, body }) => `${headers['ce-type']} ${body.slice(0, 2_000)}`);
  expect({ alerts: found.size, several, others }).toEqual({ alerts: ALERTS, several: [], others: [] });
}
