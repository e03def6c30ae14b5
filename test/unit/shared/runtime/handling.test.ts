import { describe, expect, it } from 'vitest';
import alertRouter from '../../../../functions/alert-router/index.ts';
import gemmaFallback from '../../../../functions/gemma-fallback/index.ts';
import ruleFallback from '../../../../functions/rule-fallback/index.ts';
import trmReason from '../../../../functions/trm-reason/index.ts';
import { toBinary } from '../../../../shared/cloudevents/write.ts';
import { readConfig } from '../../../../shared/config.ts';
import type { Attempt } from '../../../../shared/decision.ts';
import {
  alertFired,
  approvalDenied,
  approvalGranted,
  eventRejected,
  gemmaRequested,
  lambdaFinished,
  remediationUnresolved,
  trmRequested,
} from '../../../../shared/events/index.ts';
import { createLog } from '../../../../shared/log.ts';
import type { FunctionDefinition } from '../../../../shared/runtime/function.ts';
import { eventOf } from '../../../../shared/runtime/handling/effect.ts';
import { runHandler } from '../../../../shared/runtime/handling/handler.ts';
import type { Incoming } from '../../../../shared/runtime/request/incoming.ts';
import { NO_SPAN } from '../../../../shared/traces/span.ts';

const alert = { labels: { alertname: 'A' } };

function event(type: string, data: unknown, attributes: Record<string, string> = {}): Incoming {
  const identity = { id: '1', source: '/test', type };
  const flags = { time: undefined, hop: 0, prefersReply: true, fromBroker: false };
  return { ...identity, ...flags, attributes: { ...identity, ...attributes }, readData: () => data };
}

async function handled<State>(definition: FunctionDefinition<State>, incoming: Incoming, env = {}) {
  const config = readConfig({ RUNBOOK_DIR: 'test/fixtures/runbook-small', MODELS_DIR: 'test/fixtures', ...env });
  const log = createLog('test', 'silent');
  const context = { state: await definition.init(config, log), config, log, clock: () => 0, span: NO_SPAN };
  return runHandler(definition, incoming, context);
}

describe('runHandler', () => {
  it.each([
    ['a rejection', eventRejected.type, eventRejected.example, 'rejected'],
    ['a "no" that reached nobody', remediationUnresolved.type, remediationUnresolved.example, 'undeliverable'],
  ])('lets %s end, whoever sends it here', async (_, type, data, reason) => {
    expect(await handled(alertRouter, event(type, data))).toEqual({ outcome: 'done', reason });
  });

  it.each([
    ['rule-fallback', ruleFallback, gemmaRequested.type, { RULES_ENABLED: 'false' }],
    ['gemma-fallback', gemmaFallback, trmRequested.type, { GEMMA_ENABLED: 'false' }],
    ['trm-reason', trmReason, alertFired.type, { TRM_ENABLED: 'false' }],
  ] as const)('%s, switched off, decides no dead letter either', async (_, definition, type, env) => {
    const outcome = await handled(definition as FunctionDefinition<unknown>, event(type, alert), env);
    const last = outcome.outcome === 'reply' && (outcome.draft.data as { attempts: Attempt[] }).attempts;
    expect(last).toContainEqual(expect.objectContaining({ outcome: 'abstained', reason: 'disabled' }));
  });
});

describe('eventOf', () => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  it.each([
    ['passes trace context on', { traceparent: trace, tracestate: 'a=1' }, { traceparent: trace, tracestate: 'a=1' }],
    ['drops what no header can carry', { traceparent: '日本' }, {}],
    [
      'writes a state as headers carry text',
      { traceparent: trace, tracestate: 'a="%41"' },
      { traceparent: trace, tracestate: 'a=%22%2541%22' },
    ],
    ['drops a state with a line end', { traceparent: trace, tracestate: 'a\nb' }, { traceparent: trace }],
  ])('%s', async (_, attributes, expected) => {
    const incoming = event(alertFired.type, alert, attributes);
    const answer = eventOf(await handled(alertRouter, incoming), incoming, 'alert-router', new Date(0));
    const { traceparent, tracestate } = answer?.attributes ?? {};
    expect({ ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) }).toEqual(expected);
  });
});

describe('a rejection', () => {
  it('fits the headers of a request, whatever the attributes of the event are', async () => {
    const long = '\u{1f600}'.repeat(340); // 12 characters each in a header
    const attributes = { id: long, correlationid: long, partitionkey: long };
    const incoming = { ...event(alertFired.type, {}, attributes), id: long };
    const rejected = eventOf(await handled(alertRouter, incoming), incoming, 'alert-router', new Date(0));
    if (rejected === undefined) throw new Error('nothing was rejected');
    const { headers } = toBinary(rejected);
    expect(rejected.data).toMatchObject({ code: 'ASRE_ALERT_INVALID', event_id: long });
    // Node takes 16 KiB; the connection, the trace and the broker need their share.
    expect(Object.entries(headers).join('').length).toBeLessThan(10_000);
  });

  it.each([approvalGranted, approvalDenied, lambdaFinished])(
    'tells people of a dead letter that nothing else can take: $type',
    async ({ type, example }) => {
      const outcome = await handled(alertRouter, event(type, example));
      expect(outcome).toMatchObject({ outcome: 'reject', error: { code: 'ASRE_UNDELIVERABLE' } });
    },
  );
});
