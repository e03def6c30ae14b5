import { describe, expect, it, test } from 'vitest';
import { endingLine } from '../../../cli/ending.ts';
import { alertText, endingOf } from '../../../cli/read-ending.ts';
import { issueToken } from '../../../functions/emit-trigger/approvals.ts';
import type { CloudEvent } from '../../../shared/cloudevents/attributes.ts';
import { passingKey } from '../../../shared/keys.ts';
import { formatTable } from '../../../shared/text/table.ts';

describe('table', () => {
  test('fits the width, wraps the widest columns at words and loses no text', () => {
    const rows = [
      ['CrashLoop', 'rules', 'restart the failing pod because it has crashed five times in ten minutes'],
      ['Short', 'trm', 'x'.repeat(50)],
    ];
    const table = formatTable(['alert', 'by', 'why'], rows, 40);
    const lines = table.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(table.replace(/\s+/g, '')).toContain('x'.repeat(22));
    expect(table).toContain('minutes');
  });
});

describe('what an alert is about', () => {
  const OWN = { namespace: 'shop', deployment: 'web' };
  const SCRAPER = { pod: 'kube-state-metrics-5d9f-abcde', instance: '10.0.0.3:8080' };
  const EXPORTER = { namespace: 'monitoring', pod: 'ksm-0', instance: '10.0.0.3:8080' };

  it.each<[string, Record<string, unknown>, string]>([
    ['a pod', { namespace: 'shop', pod: 'web-1' }, 'A shop/web-1'],
    ['a workload beside the pod of a scraper', { ...OWN, ...SCRAPER }, 'A shop/web'],
    ['a renamed pod', { ...EXPORTER, exported_namespace: 'shop', exported_pod: 'web-1' }, 'A shop/web-1'],
    ['a renamed namespace, with the pod of the exporter', { ...EXPORTER, exported_namespace: 'shop' }, 'A shop'],
    ['a node', { node: 'n1', instance: '10.0.0.3:9100' }, 'A n1'],
    ['an instance', { instance: '10.0.0.3:9100' }, 'A 10.0.0.3:9100'],
    ['nothing', {}, 'A'],
    ['what is no text', { pod: 7, deployment: '' }, 'A'],
  ])('%s', (_, labels, expected) => {
    expect(alertText({ labels: { alertname: 'A', ...labels } })).toBe(expected);
  });
});

function event(type: string, data: unknown): CloudEvent {
  const attributes = {
    id: '1',
    source: '/s',
    specversion: '1.0',
    type: `io.homelab.agent-sre.${type}`,
    correlationid: 'f.1',
  };
  return { attributes, data };
}

const ALERT = { labels: { alertname: 'PodCrash', namespace: 'shop', pod: 'api-1' } };
const CHOSEN = {
  lambda_function: 'pod-restart',
  parameters: { name: 'api-1', namespace: 'shop' },
  confidence: 1,
  reasoning: 'restart it',
  alert: ALERT,
};

const TOKEN = issueToken({ correlationId: 'e.2', attempt: 1, selection: 'x', expiresMs: 0 }, passingKey()());

describe('endings in one line', () => {
  test.each([
    [
      'lambda.trigger',
      { ...CHOSEN, triggered_by: 'trm' },
      'PodCrash shop/api-1 → pod-restart name=api-1 namespace=shop (trm 1.00): restart it [f.1]',
    ],
    [
      'remediation.unresolved',
      {
        alert: ALERT,
        reason: 'no_action',
        reasoning: 'business alert',
        attempts: [{ method: 'rules', outcome: 'none', confidence: 1 }],
      },
      'PodCrash shop/api-1 → no action (rules 1.00): no_action: business alert [f.1]',
    ],
    [
      'lambda.trigger',
      {
        ...CHOSEN,
        triggered_by: 'rules',
        attempts: [{ method: 'static', outcome: 'abstained', reasoning: 'the parameters do not fit' }],
      },
      'PodCrash shop/api-1 → pod-restart name=api-1 namespace=shop (rules 1.00): restart it; ' +
        'the annotation was not used: the parameters do not fit [f.1]',
    ],
    [
      'remediation.unresolved',
      { alert: ALERT, reason: 'abstained', attempts: [] },
      'PodCrash shop/api-1 → no action: abstained [f.1]',
    ],
    [
      'remediation.suppressed',
      { selection: { ...CHOSEN, method: 'rules' }, reason: 'protected', message: 'its namespace is' },
      'PodCrash shop/api-1 → suppressed pod-restart name=api-1 namespace=shop (rules 1.00): protected: its namespace is [f.1]',
    ],
    [
      'remediation.suppressed',
      { selection: { ...CHOSEN, method: 'trm' }, reason: 'cooldown', message: 'it was triggered a minute ago' },
      'PodCrash shop/api-1 → suppressed pod-restart name=api-1 namespace=shop (trm 1.00): cooldown: it was triggered a minute ago [f.1]',
    ],
    [
      'approval.requested',
      { selection: { ...CHOSEN, method: 'trm' }, reason: 'suggest', message: 'the policy asks', token: 'v1.a.b.c' },
      'PodCrash shop/api-1 → pod-restart name=api-1 namespace=shop (trm 1.00) waits for a person: suggest: the policy asks [f.1]\n  agent-sre approve v1.a.b.c',
    ],
    ['approval.granted', { token: TOKEN, approver: 'mira', comment: 'go' }, 'an approval → approved by mira: go [e.2]'],
    ['approval.denied', { token: 'x', approver: 'mira' }, 'an approval → denied by mira [f.1]'],
    [
      'lambda.trigger',
      { ...CHOSEN, triggered_by: 'trm', approved_by: 'mira' },
      'PodCrash shop/api-1 → pod-restart name=api-1 namespace=shop (trm 1.00): restart it, approved by mira [f.1]',
    ],
    [
      'lambda.finished',
      { ...CHOSEN, outcome: 'nothing_to_do', code: 'gone', message: 'the pod is gone' },
      'shop/api-1 → pod-restart name=api-1 namespace=shop: nothing to do, gone: the pod is gone [f.1]',
    ],
    [
      'remediation.verified',
      { selection: CHOSEN, took_ms: 300_000 },
      'PodCrash shop/api-1 → pod-restart name=api-1 namespace=shop worked: the alert resolved after 5 min [f.1]',
    ],
    [
      'remediation.ineffective',
      { selection: CHOSEN, reason: 'failed', message: 'no rights', breaker_open_until: '2026-11-23T04:00:00Z' },
      'PodCrash shop/api-1 → pod-restart name=api-1 namespace=shop has not worked: failed: no rights; it is not tried there again before 2026-11-23T04:00:00Z [f.1]',
    ],
    [
      'event.rejected',
      { code: 'ASRE_X', message: 'clears\u001b[2J\nthe terminal' },
      'an alert that cannot be read → rejected: ASRE_X: clears [2J the terminal [f.1]',
    ],
  ])('%s', (type, data, expected) => {
    const ending = endingOf(event(type, data));
    expect(ending && endingLine(ending, true)).toBe(expected);
  });

  test('the command that answers names a Broker that it would not find by itself', () => {
    const ending = endingOf(
      event('approval.requested', { selection: CHOSEN, reason: 'suggest', message: 'm', token: TOKEN }),
    );
    const broker = 'http://127.0.0.1:9090/default/default';
    expect(ending && endingLine(ending, true, broker)).toMatch(
      /\n {2}agent-sre approve \S+ --to http:\/\/127\.0\.0\.1:9090\/default\/default$/,
    );
  });

  test('a call that no Trigger delivers is asked for, and not told as if it were made', () => {
    const ending = endingOf(event('lambda.trigger', CHOSEN));
    expect(ending && endingLine(ending, false)).toMatch(/ → asked for pod-restart /);
  });

  test.each(['toString', 'constructor', 'hasOwnProperty', '__proto__', 'trm.requested'])(
    '%s is not an ending',
    (type) => {
      expect(endingOf(event(type, { lambda_function: 'x' }))).toBeUndefined();
      expect(endingOf({ attributes: { type }, data: {} })).toBeUndefined();
    },
  );

  test('data that is not an object is told as far as it goes', () => {
    expect(endingOf(event('lambda.trigger', undefined))).toMatchObject({ kind: 'called', lambdaFunction: undefined });
  });

  test('parameters of any kind are told', () => {
    const ending = endingOf(event('lambda.trigger', { ...CHOSEN, parameters: { name: { toString: 1 } } }));
    expect(ending?.parameters).toBe('name={"toString":1}');
  });
});
