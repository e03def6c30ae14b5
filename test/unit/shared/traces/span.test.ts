import { describe, expect, it } from 'vitest';
import { AsreError } from '../../../../shared/errors.ts';
import { NO_SPAN, type Span, traceContextOf, traced } from '../../../../shared/traces/span.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** A span that tells what happens to it. */
function telling(): { span: Span; told: string[] } {
  const told: string[] = [];
  const span: Span = {
    ...NO_SPAN,
    start(name) {
      told.push(`start ${name}`);
      return { ...span, fail: (type) => told.push(`fail ${type}`), end: () => told.push('end') };
    },
  };
  return { span, told };
}

describe('a step', () => {
  it('is a span that ends with it', () => {
    const { span, told } = telling();
    expect(traced(span, 'parse', () => told.push('run') && 7)).toBe(7);
    expect(told).toEqual(['start parse', 'run', 'end']);
  });

  it('ends later where it takes its time', async () => {
    const { span, told } = telling();
    const running = traced(span, 'ledger', async () => 7);
    expect(told).toEqual(['start ledger']);
    expect(await running).toBe(7);
    expect(told).toEqual(['start ledger', 'end']);
  });

  const code = new AsreError('ASRE_LEDGER_FAILED', 'shop/web-1 cannot be read');

  it('that fails tells the code and never the message', async () => {
    for (const failing of [async () => Promise.reject(code), () => throwing(code)]) {
      const { span, told } = telling();
      await expect(async () => traced(span, 'ledger', failing)).rejects.toBe(code);
      expect(told).toEqual(['start ledger', 'fail ASRE_LEDGER_FAILED', 'end']);
    }
  });

  it('is nothing but itself where no traces are exported', () => {
    expect(traced(NO_SPAN, 'parse', (span) => span)).toBe(NO_SPAN);
    expect(NO_SPAN.start('parse').context).toBeUndefined();
  });
});

describe('the trace context of an event', () => {
  it.each([
    ['is taken as it is', { traceparent, tracestate: 'a=b' }, { traceparent, tracestate: 'a=b' }],
    ['needs no tracestate', { traceparent }, { traceparent }],
    ['without a traceparent is none', { tracestate: 'a=b' }, undefined],
    ['that is none of W3C is left out', { traceparent: 'x' }, undefined],
    ['is left out in capitals, which W3C forbids', { traceparent: traceparent.toUpperCase() }, undefined],
    ['loses a tracestate that no header can carry', { traceparent, tracestate: 'a=\n' }, { traceparent }],
    ['may stand twice in the headers, and is none then', { traceparent: [traceparent, traceparent] }, undefined],
  ])('%s', (_, attributes, expected) => {
    expect(traceContextOf(attributes)).toEqual(expected);
  });
});

function throwing(error: Error): never {
  throw error;
}
