import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { episodeOf } from '../../shared/alert/alert.ts';
import { EVENTS } from '../../shared/events/index.ts';
import { annotated, crashing, selection, TYPES, trigger } from '../support/alerts.ts';
import { binary, structured } from '../support/events.ts';
import {
  FUNCTIONS,
  type FunctionName,
  PLAIN,
  ROOT,
  type RunningFunction,
  runToExit,
  startFunction,
} from '../support/function.ts';
import { readEvent } from '../support/http.ts';

/** Every function × every event that it takes → the one event that it answers, or none. */
const ANSWERS: readonly [FunctionName, string, unknown, string | undefined][] = [
  ['alert-router', TYPES.fired, crashing, TYPES.trm],
  ['alert-router', TYPES.fired, annotated, TYPES.selected],
  ['alert-router', TYPES.fired, { ...annotated, annotations: { lambda_function: 'none' } }, TYPES.unresolved],
  ['alert-router', TYPES.resolved, crashing, undefined],
  ['alert-router', TYPES.fired, { ...crashing, status: 'resolved' }, TYPES.resolved],
  ['alert-router', TYPES.rules, { alert: crashing, attempts: [] }, TYPES.unresolved],
  ['alert-router', TYPES.selected, selection, TYPES.unresolved],
  ['alert-router', TYPES.trigger, trigger, TYPES.unresolved],
  ['trm-reason', TYPES.trm, { alert: crashing, attempts: [] }, TYPES.gemma],
  ['trm-reason', TYPES.fired, crashing, TYPES.gemma],
  ['trm-reason', TYPES.fired, { ...crashing, status: 'resolved' }, undefined],
  ['gemma-fallback', TYPES.gemma, { alert: crashing, attempts: [] }, TYPES.rules],
  ['gemma-fallback', TYPES.trm, { alert: crashing, attempts: [] }, TYPES.rules],
  ['rule-fallback', TYPES.rules, { alert: crashing, attempts: [] }, TYPES.selected],
  ['rule-fallback', TYPES.gemma, { alert: crashing, attempts: [] }, TYPES.selected],
  ['rule-fallback', TYPES.rules, { alert: alertNamed('Watchdog'), attempts: [] }, TYPES.unresolved],
  ['rule-fallback', TYPES.rules, { alert: alertNamed('NobodyKnowsMe'), attempts: [] }, TYPES.unresolved],
  ['emit-trigger', TYPES.selected, selection, TYPES.trigger],
  ['emit-trigger', TYPES.selected, { ...selection, alert: { ...crashing, status: 'resolved' } }, TYPES.suppressed],
];

function alertNamed(alertname: string) {
  return { alertname, labels: { alertname } };
}

const running = new Map<FunctionName, RunningFunction>();

beforeAll(async () => {
  const started = await Promise.all(FUNCTIONS.map((name) => startFunction(name, { ...PLAIN, K_SINK: '' })));
  for (const each of started) running.set(each.name, each);
});

afterAll(async () => {
  await Promise.all([...running.values()].map((each) => each.stop()));
});

function functionNamed(name: FunctionName): RunningFunction {
  const found = running.get(name);
  if (found === undefined) throw new Error(`${name} is not running`);
  return found;
}

describe.each(ANSWERS)('%s takes %s', (name, type, data, answered) => {
  it(`and answers ${answered ?? 'nothing'}`, async () => {
    const answer = await functionNamed(name).send(binary({ type }, data));
    if (answered === undefined) {
      expect(answer).toMatchObject({ status: 204, text: '' });
      return;
    }
    expect(answer).toMatchObject({ status: 200, headers: { 'ce-type': answered } });
    expect(answer.headers['content-type']).toMatch(/^application\/json(;|$)/);
    const definition = EVENTS.find((event) => event.type === answered);
    expect(() => definition?.parse(JSON.parse(answer.text))).not.toThrow();
  });

  it('in structured mode as in binary mode, and the same again on a retry', async () => {
    const answers = [
      await functionNamed(name).send(binary({ type }, data)),
      await functionNamed(name).send(structured({ type, data })),
      await functionNamed(name).send(binary({ type }, data)),
    ];
    const ids = answers.map(({ status, headers }) => `${status} ${headers['ce-id']}`);
    expect(new Set(ids).size).toBe(1);
  });
});

describe.each(FUNCTIONS)('the text of %s', (name) => {
  it('is ASCII: V8 holds a text with one other letter at two bytes a letter', () => {
    const [other] = /[^\0-\x7f].{0,40}/.exec(readFileSync(join(ROOT, 'dist', name, 'index.js'), 'utf8')) ?? [];
    expect(other).toBeUndefined();
  });
});

describe('an answer', () => {
  it('carries the attributes that every event has, and takes over the trace', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const request = binary({ type: TYPES.rules, hop: '4', traceparent, tracestate: 'a=b' }, { alert: crashing });
    const { headers, text } = await functionNamed('rule-fallback').send(request);
    const { attributes } = readEvent(headers, text);
    const { fingerprint, correlationId } = episodeOf(crashing);
    expect(attributes).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      source: '/agent-sre/rule-fallback',
      type: TYPES.selected,
      subject: fingerprint,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      correlationid: correlationId,
      causationid: 'a-1',
      partitionkey: fingerprint,
      hop: '5',
      traceparent,
      tracestate: 'a=b',
    });
  });

  it('that calls a Lambda names it as an extension, so that its Trigger can filter', async () => {
    const { headers } = await functionNamed('emit-trigger').send(binary({ type: TYPES.selected }, selection));
    expect(headers).toMatchObject({
      'ce-lambdafunction': 'pod-restart',
      'ce-subject': 'shop/checkout-7c9f8d5b6-x2x7k',
    });
  });

  it('has only attribute names that the specification allows', async () => {
    const { headers } = await functionNamed('emit-trigger').send(binary({ type: TYPES.selected }, selection));
    const names = Object.keys(headers).filter((name) => name.startsWith('ce-'));
    for (const name of names) expect(name).toMatch(/^ce-[a-z0-9]{1,20}$/);
  });
});

describe('the chain', () => {
  it('keeps each tier’s vote on the way to the lambda trigger', async () => {
    let { headers, text } = await functionNamed('alert-router').send(binary({ type: TYPES.fired }, crashing));
    for (const name of ['trm-reason', 'gemma-fallback', 'rule-fallback', 'emit-trigger'] as const) {
      const { attributes, data } = readEvent(headers, text);
      ({ headers, text } = await functionNamed(name).send(binary(attributes, data)));
    }
    const { attributes, data } = readEvent(headers, text);
    expect(attributes).toMatchObject({
      type: TYPES.trigger,
      hop: '5',
      correlationid: episodeOf(crashing).correlationId,
    });
    expect(data).toMatchObject({
      ...{ lambda_function: 'pod-restart', triggered_by: 'rules', correlation_id: attributes.correlationid },
      parameters: { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop', type: 'pod' },
      attempts: [
        { method: 'trm', outcome: 'abstained', reason: 'model_not_installed' },
        { method: 'gemma', outcome: 'abstained', reason: 'model_not_installed' },
        { method: 'rules', outcome: 'selected', reason: 'matched', entry: 'pod-crash-looping' },
      ],
    });
  });
});

describe('a bundle as it is deployed', () => {
  it.each(FUNCTIONS)(
    '%s starts from its own folder with no setting but the ledger, and ends with 0 when it is told to',
    async (name) => {
      const bundled = await startFunction(name, name === 'emit-trigger' ? { LEDGER_URL: 'memory:' } : {});
      const { status, text } = await bundled.send({ method: 'GET', path: '/health/readiness' });
      expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 'ready' });
      expect(await bundled.stop()).toBe(0);
      expect(bundled.log().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    },
  );

  it.each([
    ['no ledger', {}, 'LEDGER_URL must be redis://'],
    ['a folder that cannot be', { LEDGER_URL: 'file:///proc/x' }, 'the folder /proc/x cannot be used'],
    ['a relative folder', { LEDGER_URL: 'file://ledger' }, 'file:///FOLDER'],
  ])('emit-trigger does not start with %s, and says so', async (_, environment, says) => {
    const { code, log } = await runToExit('emit-trigger', environment);
    expect([code, log.at(-1)?.code]).toEqual([78, 'ASRE_CONFIG_INVALID']);
    expect(JSON.stringify(log.at(-1))).toContain(says);
  });
});
