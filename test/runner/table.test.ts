import { describe, expect, test } from 'vitest';
import type { WireEvent } from '../../broker/event.ts';
import { outcomeLine, outcomeOf } from '../../cli/run/outcome.ts';
import { formatTable } from '../../shared/text/table.ts';

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

function event(type: string, data: unknown): WireEvent {
  const attributes = {
    id: '1',
    source: '/s',
    specversion: '1.0',
    type: `io.homelab.agent-sre.${type}`,
    correlationid: 'f.1',
  };
  return { attributes, contentType: 'application/json', body: Buffer.from(JSON.stringify(data)), passed: {} };
}

const ALERT = { labels: { alertname: 'PodCrash', namespace: 'shop' } };
const CHOSEN = {
  lambda_function: 'pod-restart',
  parameters: { name: 'api-1', namespace: 'shop' },
  confidence: 1,
  reasoning: 'restart it',
  alert: ALERT,
};

describe('outcomes in one line', () => {
  test.each([
    [
      'lambda.trigger',
      { ...CHOSEN, triggered_by: 'trm' },
      'PodCrash shop → pod-restart name=api-1 namespace=shop (trm 1.00): restart it',
    ],
    [
      'remediation.unresolved',
      {
        alert: ALERT,
        reason: 'no_action',
        reasoning: 'business alert',
        attempts: [{ method: 'rules', outcome: 'none' }],
      },
      'PodCrash shop → no action (rules): no_action: business alert',
    ],
    [
      'remediation.unresolved',
      { alert: ALERT, reason: 'abstained', attempts: [] },
      'PodCrash shop → no action (-): abstained',
    ],
    [
      'remediation.suppressed',
      { selection: { ...CHOSEN, method: 'rules' }, reason: 'protected' },
      'PodCrash shop → pod-restart name=api-1 namespace=shop (rules 1.00): suppressed: protected',
    ],
    ['event.rejected', { code: 'ASRE_X', message: 'bad' }, '? → no action (-): rejected, ASRE_X: bad'],
    [
      'event.rejected',
      { code: 'ASRE_X', message: 'clears\u001b[2J\nthe terminal' },
      '? → no action (-): rejected, ASRE_X: clears [2J the terminal',
    ],
  ])('%s', (type, data, expected) => {
    const outcome = outcomeOf(event(type, data));
    expect(outcome && outcomeLine(outcome)).toBe(expected);
  });

  test.each(['toString', 'constructor', 'hasOwnProperty', '__proto__'])('%s is no outcome', (type) => {
    expect(outcomeOf(event(type, { lambda_function: 'x' }))).toBeUndefined();
  });

  test('parameters of any kind are told', () => {
    const outcome = outcomeOf(event('lambda.trigger', { ...CHOSEN, parameters: { name: { toString: 1 } } }));
    expect(outcome?.parameters).toBe('name={"toString":1}');
  });

  test('events on the way are no outcomes', () => {
    expect(outcomeOf(event('trm.requested', {}))).toBeUndefined();
  });
});
