import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../../shared/alert/fingerprint.ts';
import { annotated, crashing, restart, TYPES } from '../support/alerts.ts';
import { sentByHand } from '../support/events.ts';
import { FUNCTIONS, type FunctionName, type RunningFunction, startFunction } from '../support/function.ts';
import { readEvent, send } from '../support/http.ts';

/**
 * Events as `kn event send --to URL` and `func invoke` write them: binary mode with id, source, type, time and data only;
 * no subject, no extension, no `Prefer: reply`; numbers of `--field` are JSON numbers; no way to write an array.
 */

/** `kn event send -f labels.alertname=… -f labels.restarts=5`: only labels, one of them a number. */
const fields = {
  labels: {
    alertname: 'KubePodCrashLooping',
    namespace: 'shop',
    pod: 'checkout-7c9f8d5b6-x2x7k',
    restarts: 5,
    gpu: true,
  },
};
const fingerprintOfFields = fingerprint({ ...fields.labels, restarts: '5', gpu: 'true' });
const kustomization = { alertname: 'FluxKustomizationNotReady', labels: { name: 'apps', namespace: 'flux-system' } };

interface Replay {
  readonly to: FunctionName;
  readonly type: string;
  readonly what: string;
  readonly data: unknown;
  readonly answer: string;
  readonly holds: object;
}

const selected = { lambda_function: 'pod-restart', parameters: restart.parameters };
const REPLAYS: readonly Replay[] = [
  {
    to: 'alert-router',
    type: TYPES.fired,
    what: 'labels alone',
    data: fields,
    answer: TYPES.trm,
    holds: { attempts: [] },
  },
  {
    ...{ to: 'alert-router', type: TYPES.fired, what: 'an annotated alert', data: annotated, answer: TYPES.selected },
    holds: { method: 'static', parameters: { name: 'apps', namespace: 'team-a' } },
  },
  {
    ...{
      to: 'alert-router',
      type: TYPES.fired,
      what: 'alertname beside the labels',
      data: kustomization,
      answer: TYPES.trm,
    },
    holds: { alert: { labels: kustomization.labels } },
  },
  { to: 'trm-reason', type: TYPES.trm, what: 'just an alert', data: fields, answer: TYPES.gemma, holds: {} },
  {
    to: 'trm-reason',
    type: TYPES.trm,
    what: 'an alert in a request',
    data: { alert: fields },
    answer: TYPES.gemma,
    holds: {},
  },
  { to: 'trm-reason', type: TYPES.fired, what: 'just an alert', data: fields, answer: TYPES.gemma, holds: {} },
  { to: 'gemma-fallback', type: TYPES.gemma, what: 'just an alert', data: fields, answer: TYPES.rules, holds: {} },
  { to: 'gemma-fallback', type: TYPES.trm, what: 'just an alert', data: fields, answer: TYPES.rules, holds: {} },
  {
    to: 'rule-fallback',
    type: TYPES.rules,
    what: 'just an alert',
    data: fields,
    answer: TYPES.selected,
    holds: selected,
  },
  {
    ...{ to: 'rule-fallback', type: TYPES.rules, what: 'a whole alert', data: kustomization, answer: TYPES.selected },
    holds: { lambda_function: 'flux-reconcile-kustomization', parameters: { name: 'apps', namespace: 'flux-system' } },
  },
  {
    to: 'rule-fallback',
    type: TYPES.gemma,
    what: 'just an alert',
    data: fields,
    answer: TYPES.selected,
    holds: selected,
  },
  {
    ...{ to: 'emit-trigger', type: TYPES.selected, what: 'alert, function and parameters', answer: TYPES.trigger },
    data: { alert: fields, ...restart },
    holds: {
      ...selected,
      triggered_by: 'manual',
      confidence: 1,
      correlation_id: expect.stringContaining(fingerprintOfFields),
    },
  },
];

const running = new Map<FunctionName, RunningFunction>();

beforeAll(async () => {
  const started = await Promise.all(FUNCTIONS.map((name) => startFunction(name)));
  for (const each of started) running.set(each.name, each);
});

afterAll(async () => {
  await Promise.all([...running.values()].map((each) => each.stop()));
});

function post(to: FunctionName, sent: Parameters<typeof send>[1]) {
  return send(running.get(to)?.url ?? '', sent);
}

describe.each(REPLAYS)('$type sent to $to by hand with $what', ({ to, type, data, answer, holds }) => {
  it(`is answered with ${answer}, all of it rebuilt from the data`, async () => {
    const { status, headers, text } = await post(to, sentByHand(type, data));
    expect(status).toBe(200);
    const reply = readEvent(headers, text);
    const { subject, partitionkey, correlationid, hop, causationid } = reply.attributes;
    expect(reply.attributes.type).toBe(answer);
    expect(reply.data).toMatchObject(holds);
    expect({ hop, causationid }).toEqual({ hop: '1', causationid: '7c9b2c0e-9a52-4b0a-b7e4-0c6f3a3c1f10' });
    expect(correlationid).toMatch(/^[0-9a-f]{16}\.\d+$/);
    expect(partitionkey).toBe(correlationid?.split('.')[0]);
    if (answer !== TYPES.trigger) expect(subject).toBe(partitionkey);
  });
});

describe('an event sent by hand', () => {
  it('reads a number or a boolean as the text that the label has', async () => {
    const { headers, text } = await post('rule-fallback', sentByHand(TYPES.rules, fields));
    const { attributes, data } = readEvent(headers, text);
    expect(data).toMatchObject({ alert: { labels: { restarts: '5', gpu: 'true' } } });
    expect(attributes.partitionkey).toBe(fingerprintOfFields);
  });

  it('is an episode of its own: its time stands in for startsAt', async () => {
    const { headers } = await post('alert-router', sentByHand(TYPES.fired, fields));
    const startedMs = Date.parse('2026-11-23T02:31:00.000Z'); // 02:31:07, rounded down to EPISODE_WINDOW_MS
    expect(headers['ce-correlationid']).toBe(`${fingerprintOfFields}.${startedMs}`);
  });

  it('goes on through the chain although each hop is replayed by hand', async () => {
    let { headers, text } = await post('alert-router', sentByHand(TYPES.fired, crashing));
    for (const to of ['trm-reason', 'gemma-fallback', 'rule-fallback', 'emit-trigger'] as const) {
      const { attributes, data } = readEvent(headers, text);
      ({ headers, text } = await post(to, sentByHand(attributes.type ?? '', data)));
    }
    const { attributes, data } = readEvent(headers, text);
    expect(attributes.type).toBe(TYPES.trigger);
    expect(data).toMatchObject({ ...selected, triggered_by: 'rules', alert: { labels: crashing.labels } });
  });

  it('may say by hand what nobody would choose, and is refused', async () => {
    const data = { alert: fields, lambda_function: 'pod-restart', parameters: { name: 'other', namespace: 'shop' } };
    const { headers, text } = await post('emit-trigger', sentByHand(TYPES.selected, data));
    expect(headers['ce-type']).toBe(TYPES.rejected);
    expect(JSON.parse(text)).toMatchObject({
      code: 'ASRE_SELECTION_INVALID',
      message: expect.stringContaining('no situation of the runbook decides on this call'),
    });
  });
});
