import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../lambdas/kit/api.ts';
import { RESOURCES } from '../../../../lambdas/kit/resources.ts';
import { tracedSend } from '../../../../lambdas/kit/trace.ts';
import type { Exchange } from '../../../../shared/http/exchange.ts';
import { NO_SPAN } from '../../../../shared/traces/span.ts';
import { keepingTraces } from '../../../support/telling-traces.ts';

const answered = (status: number): Exchange => ({ kind: 'response', status, headers: {}, body: Buffer.alloc(0) });
const pod: ApiRequest = { verb: 'get', resource: RESOURCES.pods, name: 'web-1', namespace: 'shop' };

describe('a request to the API server', () => {
  it.each([
    ['that works', pod, answered(200), { name: 'get Pod', failed: undefined }],
    [
      'for a subresource',
      { ...pod, verb: 'create', subresource: 'eviction' } as const,
      answered(201),
      { name: 'create Pod/eviction', failed: undefined },
    ],
    ['that is refused', pod, answered(403), { name: 'get Pod', failed: '403' }],
    ['that is not answered', pod, { kind: 'timeout' } as const, { name: 'get Pod', failed: 'timeout' }],
  ])('%s is a span that names no object', async (_, request, exchange, expected) => {
    const { traces, spans } = keepingTraces();
    const send = async () => exchange;
    const parent = traces.start('call', { kind: 'consumer' });
    expect(await tracedSend({ server: 'https://10.0.0.1:6443', send }, parent)(request, 1_000)).toBe(exchange);
    expect(spans[1]).toMatchObject({ ...expected, ended: true });
    expect(spans[1]?.attributes).toMatchObject({ 'server.address': '10.0.0.1', 'server.port': 6443 });
    expect(JSON.stringify(spans)).not.toMatch(/web-1|shop/);
  });

  it('is sent by the connection itself where no traces are exported', () => {
    const send = async () => answered(200);
    expect(tracedSend({ server: '', send }, NO_SPAN)).toBe(send);
  });
});
