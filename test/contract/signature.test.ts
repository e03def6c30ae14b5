/** The bundled functions with a key: what they sign, and what they do not believe without a signature. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDefinition } from '../../shared/events/definition.ts';
import {
  approvalRequested,
  lambdaTrigger,
  remediationIneffective,
  remediationVerified,
} from '../../shared/events/index.ts';
import { isSigned, SIGNATURE, withSignature } from '../../shared/events/signature.ts';
import { newSecret, readKeys } from '../../shared/keys.ts';
import { crashing, selection, TYPES } from '../support/alerts.ts';
import { binary, REQUIRED } from '../support/events.ts';
import { type FunctionName, PLAIN, type RunningFunction, startFunction } from '../support/function.ts';
import { readEvent, type SeenEvent } from '../support/http.ts';
import { type Sink, startSink } from '../support/sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'asre-signature-'));
const keyFile = join(folder, 'key');
const keys = () => readKeys('SIGNING_KEY_FILE', keyFile);
const now = new Date();
const running = new Map<FunctionName, RunningFunction>();
let sink: Sink;

beforeAll(async () => {
  writeFileSync(keyFile, newSecret());
  sink = await startSink();
  const environment = { ...PLAIN, SIGNING_KEY_FILE: keyFile, K_SINK: sink.url, PUBLISH_RETRIES: '0' };
  for (const name of ['alert-router', 'emit-trigger'] as const) {
    running.set(name, await startFunction(name, environment));
  }
});

afterAll(async () => {
  for (const one of running.values()) await one.stop();
  await sink.stop();
  rmSync(folder, { recursive: true });
});

function eventOf({ type, example }: EventDefinition<unknown>, data = example) {
  return { attributes: { ...REQUIRED, type, time: now.toISOString(), correlationid: 'f.1' }, data };
}

async function answerOf(name: FunctionName, event: SeenEvent): Promise<SeenEvent | number | undefined> {
  const answer = await running.get(name)?.send(binary(event.attributes, event.data));
  return answer?.status === 200 ? readEvent(answer.headers, answer.text) : answer?.status;
}

const signed = ({ attributes, data }: SeenEvent) => isSigned(attributes, data, keys(), new Date());

describe('where the functions sign', () => {
  it.each<[FunctionName, string, EventDefinition<unknown>]>([
    ['alert-router', 'question', approvalRequested],
    ['alert-router', 'success', remediationVerified],
    ['alert-router', 'failure', remediationIneffective],
    ['emit-trigger', 'question', approvalRequested],
    ['emit-trigger', 'lambda trigger', lambdaTrigger],
    ['emit-trigger', 'failure', remediationIneffective],
  ])('%s takes no %s from a stranger', async (name, _, definition) => {
    const event = eventOf(definition);
    const rejection = { data: { code: 'ASRE_EVENT_UNSIGNED', event_type: definition.type } };
    expect(await answerOf(name, event)).toMatchObject(rejection);
    expect(await answerOf(name, withSignature(event, keys))).toBe(204);
  });

  it('emit-trigger signs what it answers', async () => {
    const sent = withSignature(eventOf({ ...approvalRequested, type: TYPES.selected }, selection), keys);
    const answer = (await answerOf('emit-trigger', sent)) as SeenEvent;
    expect([answer.attributes.type, signed(answer)]).toEqual([expect.stringContaining('agent-sre.'), true]);
  });

  it('alert-router signs the resolution that a webhook brings, and not the one that an event claims', async () => {
    const body = JSON.stringify({ version: '4', alerts: [{ ...crashing, status: 'resolved' }] });
    const router = running.get('alert-router');
    await router?.send({ headers: { 'content-type': 'application/json' }, body });
    const [published] = sink.accepted();
    expect([published?.attributes.type, published && signed(published)]).toEqual([TYPES.resolved, true]);
    const claim = { attributes: { ...REQUIRED, type: TYPES.fired }, data: { ...crashing, status: 'resolved' } };
    const answer = (await answerOf('alert-router', claim)) as SeenEvent;
    expect([answer.attributes.type, answer.attributes[SIGNATURE]]).toEqual([TYPES.resolved, undefined]);
  });
});
