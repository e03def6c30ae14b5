import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../lambdas/kit/api.ts';
import { urlOf } from '../../../../lambdas/kit/connect.ts';
import { failureOf } from '../../../../lambdas/kit/failure.ts';
import { RESOURCES } from '../../../../lambdas/kit/resources.ts';

const NOW = new Date('2026-11-23T02:31:00Z');
const PATCH: ApiRequest = { verb: 'patch', resource: RESOURCES.deployments, namespace: 'shop', name: 'web' };
const EVICT: ApiRequest = {
  verb: 'create',
  resource: RESOURCES.pods,
  namespace: 'shop',
  name: 'p',
  subresource: 'eviction',
};

function failed(request: ApiRequest, status: number, body: object = {}, headers: Record<string, string> = {}) {
  const exchange = { kind: 'response', status, headers, body: Buffer.from(JSON.stringify(body)) } as const;
  const { kind, code, message, waitMs } = failureOf(request, exchange, NOW);
  return { kind, code, message, waitMs };
}

describe('a failure of the API server', () => {
  it.each([
    [401, {}, 'final', 'unauthorized', /does not accept the credential/],
    [403, { message: 'exceeded quota: pods' }, 'final', 'denied', /exceeded quota: pods/],
    [404, { details: { name: 'web' } }, 'absent', 'not_found', /patch Deployment web/],
    [404, { details: {} }, 'final', 'kind_missing', /does not know deployments of apps\/v1/],
    [409, { message: 'the object has been modified' }, 'changed', 'unexpected', /has been modified/],
    [422, { message: 'replicas: Invalid value' }, 'final', 'invalid', /Invalid value/],
    [429, {}, 'temporary', 'unexpected', /status 429/],
    [500, {}, 'temporary', 'unexpected', /status 500/],
    [418, {}, 'final', 'unexpected', /status 418/],
  ])('%s %j is %s: %s', (status, body, kind, code, message) => {
    expect(failed(PATCH, status, body)).toMatchObject({ kind, code, message: expect.stringMatching(message) });
  });

  it('names the rule that the role lacks', () => {
    const message = 'pods "p" is forbidden: User "system:serviceaccount:a:b" cannot create resource "pods/eviction"';
    expect(failed(EVICT, 403, { message }).message).toBe(
      'create Pod/eviction p: system:serviceaccount:a:b may not in namespace shop; its role lacks ' +
        '{apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"]}',
    );
  });

  it('tells a budget from an API server that is busy', () => {
    const budget = { details: { causes: [{ reason: 'DisruptionBudget' }] }, message: 'Cannot evict pod' };
    expect(failed(EVICT, 429, budget)).toMatchObject({ kind: 'final', code: 'disruption_budget' });
    expect(failed(EVICT, 429, {}, { 'retry-after': '2' })).toMatchObject({ kind: 'temporary', waitMs: 2_000 });
    expect(failed(EVICT, 429, {}, { 'retry-after': '3600' })).toMatchObject({ kind: 'temporary', waitMs: 5_000 });
    const date = new Date(NOW.getTime() + 3_000).toUTCString();
    expect(failed(EVICT, 429, {}, { 'retry-after': date })).toMatchObject({ kind: 'temporary', waitMs: 3_000 });
  });

  it('is logged without the name of the object', () => {
    expect(failureOf(PATCH, { kind: 'timeout' }, NOW).logged).toBe('patch Deployment: timed out');
  });

  it('is said in words where nobody answers', () => {
    const failure = failureOf(
      PATCH,
      { kind: 'unreachable', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
      NOW,
    );
    expect(failure.message).toBe('patch Deployment web: the API server cannot be reached: connect ECONNREFUSED');
  });
});

describe('the path of a request', () => {
  it.each([
    [PATCH, '/apis/apps/v1/namespaces/shop/deployments/web'],
    [EVICT, '/api/v1/namespaces/shop/pods/p/eviction'],
    [{ verb: 'list', resource: RESOURCES.nodes }, '/api/v1/nodes'],
    [{ ...PATCH, name: '../../secrets' }, '/apis/apps/v1/namespaces/shop/deployments/..%2F..%2Fsecrets'],
    [{ ...PATCH, query: { dryRun: 'All' } }, '/apis/apps/v1/namespaces/shop/deployments/web?dryRun=All'],
  ] as const)('%j', (request, path) => {
    expect(urlOf(new URL('https://host:6443'), request as ApiRequest).href).toBe(`https://host:6443${path}`);
    expect(urlOf(new URL('https://host/clusters/a/'), request as ApiRequest).href).toBe(
      `https://host/clusters/a${path}`,
    );
  });
});
