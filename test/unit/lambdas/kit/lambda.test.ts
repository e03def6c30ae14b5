import { describe, expect, it } from 'vitest';
import type { ApiRequest, Send } from '../../../../lambdas/kit/api.ts';
import type { KubeObject } from '../../../../lambdas/kit/objects.ts';
import scaleDeployment from '../../../../lambdas/scale-deployment.ts';
import { type Config, readConfig } from '../../../../shared/config.ts';
import { lambdaTrigger } from '../../../../shared/events/index.ts';
import { withSignature } from '../../../../shared/events/signature.ts';
import type { Exchange } from '../../../../shared/http/exchange.ts';
import { type KeySource, passingKey } from '../../../../shared/keys.ts';
import { createLog } from '../../../../shared/log.ts';
import { loadRunbook } from '../../../../shared/runbook/load.ts';
import { runHandler } from '../../../../shared/runtime/handling/handler.ts';
import { parseIncoming } from '../../../../shared/runtime/request/incoming.ts';
import { NO_SPAN } from '../../../../shared/traces/span.ts';
import { deployment } from '../../../support/lambdas.ts';

const runbook = loadRunbook('runbook', { entries: false });
const log = createLog('test', 'silent');
const PARAMETERS = { name: 'web', namespace: 'shop', replicas: '+1' };
const TIMEOUT: Exchange = { kind: 'timeout' };

/** How the API server answers the writes, one after the other: true carries it out, `answer` is what the Lambda sees of it. */
interface Write {
  readonly happens: boolean;
  readonly answer?: Exchange;
}

function status(code: number, body: object = {}, headers: Record<string, string> = {}): Exchange {
  return { kind: 'response', status: code, headers, body: Buffer.from(JSON.stringify(body)) };
}

/** An API server with one Deployment. */
function server(writes: readonly Write[], reads: readonly Exchange[] = []) {
  let object: KubeObject & { spec?: object } = deployment();
  const requests: ApiRequest[] = [];
  const [nextWrite, nextRead] = [writes.values(), reads.values()];
  const send: Send = async (request) => {
    requests.push(request);
    if (request.verb === 'list') return status(200, { items: [] });
    if (request.verb === 'get') return nextRead.next().value ?? status(200, object);
    const { happens, answer } = nextWrite.next().value ?? { happens: true };
    const patch = request.body as Pick<typeof object, 'spec' | 'metadata'>;
    const metadata = { ...object.metadata, ...patch.metadata, resourceVersion: String(requests.length + 10) };
    const patched = { ...object, metadata, spec: { ...object.spec, ...patch.spec } };
    if (happens) object = patched;
    return answer ?? status(200, patched);
  };
  return { send, requests, replicas: () => object.spec };
}

async function call(
  send: Send,
  settings: Partial<Config> = {},
  data: object = {},
  attributes: Record<string, string> = {},
  signingKeys?: KeySource,
) {
  const config = { ...readConfig({}), ...settings };
  const connection = { server: 'https://test', send, close: () => undefined };
  const state = { runbook, connection, signingKeys };
  const trigger = { ...lambdaTrigger.example, lambda_function: 'scale-deployment', parameters: PARAMETERS, ...data };
  const headers = Object.entries({
    specversion: '1.0',
    id: 't-1',
    source: '/x',
    type: lambdaTrigger.type,
    ...attributes,
  });
  const event = parseIncoming({
    headers: Object.fromEntries(headers.map(([name, value]) => [`ce-${name}`, value])),
    body: Buffer.from(JSON.stringify(trigger)),
  });
  return runHandler(scaleDeployment, event, { state, config, log, clock: () => performance.now(), span: NO_SPAN });
}

const finished = (expected: object) => ({ outcome: 'reply', draft: { data: expected, key: 't-1' } });

describe('where the functions sign', () => {
  const [own, others] = [passingKey(), passingKey()];
  /** The attributes of the call, with the signature that these keys give. */
  function signedBy(keys: KeySource | undefined, ageMs = 0): Record<string, string> {
    const time = new Date(Date.now() - ageMs).toISOString();
    const attributes = {
      time,
      specversion: '1.0',
      id: 't-1',
      source: '/x',
      type: lambdaTrigger.type,
      correlationid: 'f.1',
    };
    const data = { ...lambdaTrigger.example, lambda_function: 'scale-deployment', parameters: PARAMETERS };
    return withSignature({ attributes, data }, keys).attributes as Record<string, string>;
  }

  it.each([
    ['signed by emit-trigger', signedBy(own), {}, 1],
    ['without a signature', signedBy(undefined), {}, 0],
    ['signed by somebody else', signedBy(others), {}, 0],
    ['signed seven hours ago', signedBy(own, 7 * 3_600_000), {}, 0],
    ['whose target was changed', signedBy(own), { parameters: { ...PARAMETERS, name: 'other' } }, 0],
    ['of another episode', { ...signedBy(own), correlationid: 'f.2' }, {}, 0],
  ])('a call %s is carried out $3 times', async (_, attributes, data, writes) => {
    const { send, requests } = server([]);
    const outcome = await call(send, {}, data, attributes, own);
    const rejected = { outcome: 'reject', error: { code: 'ASRE_EVENT_UNSIGNED' } };
    expect(outcome).toMatchObject(writes === 1 ? finished({ code: 'scaled' }) : rejected);
    expect(requests.filter(({ verb }) => verb === 'patch')).toHaveLength(writes);
  });
});

describe('a call', () => {
  it.each<[string, readonly Write[], number, string]>([
    ['that works', [], 1, 'scaled'],
    ['whose object has changed since it was read', [{ happens: false, answer: status(409) }], 2, 'scaled'],
    [
      'that the API server has no time for',
      [{ happens: false, answer: status(429, {}, { 'retry-after': '0.01' }) }],
      2,
      'scaled',
    ],
    ['whose answer is lost', [{ happens: true, answer: TIMEOUT }], 1, 'already_done'],
    ['whose answer is an error, and that was carried out', [{ happens: true, answer: status(504) }], 1, 'already_done'],
    ['that is lost', [{ happens: false, answer: TIMEOUT }], 2, 'scaled'],
  ])('%s is carried out once', async (_, writes, sent, code) => {
    const { send, requests, replicas } = server(writes);
    expect(await call(send)).toMatchObject(finished({ code, outcome: 'done' }));
    expect(replicas()).toEqual({ replicas: 3 });
    expect(requests.filter(({ verb }) => verb === 'patch')).toHaveLength(sent);
  });

  it('tells the object, what was changed, and that it was', async () => {
    const { send } = server([]);
    expect(await call(send)).toMatchObject(
      finished({
        changes: [
          { path: 'metadata.annotations["agent-sre.homelab.io/trigger"]', to: 't-1' },
          { path: 'spec.replicas', from: 2, to: 3 },
        ],
        object: { kind: 'Deployment', name: 'web', namespace: 'shop', uid: 'u-1', resource_version: '13' },
        trigger_id: 't-1',
      }),
    );
  });

  it('patches the object that was read, and no other', async () => {
    const { send, requests } = server([]);
    await call(send);
    const metadata = expect.objectContaining({ uid: 'u-1', resourceVersion: '7' });
    expect(requests.at(-1)).toMatchObject({ verb: 'patch', body: { metadata, spec: { replicas: 3 } } });
  });

  it.each<[string, readonly Write[], readonly Exchange[], object]>([
    [
      'by an API server that never answers',
      [],
      [TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, ...Array(9).fill(TIMEOUT)],
      { outcome: 'retry', error: { code: 'ASRE_CLUSTER_UNAVAILABLE' } },
    ],
    ['by one that answers the second time', [], [TIMEOUT], finished({ code: 'scaled' })],
    [
      'without the right to patch',
      [{ happens: false, answer: status(403, { message: 'deployments "web" is forbidden: User "sa" cannot patch' }) }],
      [],
      finished({ code: 'forbidden', outcome: 'failed' }),
    ],
    [
      'of an object that is not there',
      [],
      [status(404, { details: { name: 'web' } })],
      finished({ code: 'not_found', outcome: 'refused' }),
    ],
    ['of a kind that is not there', [], [status(404, {})], finished({ code: 'kind_missing', outcome: 'failed' })],
  ])('%s', async (_, writes, reads, outcome) => {
    expect(await call(server(writes, reads).send)).toMatchObject(outcome);
  });

  it.each(['client', 'server'] as const)('in a dry run (%s) says what it would do', async (mode) => {
    const { send, requests } = server([{ happens: false }]);
    const answer = await call(send, { LAMBDA_DRY_RUN: mode });
    expect(answer).toMatchObject(finished({ code: 'scaled', dry_run: true, changes: [{}, { to: 3 }] }));
    const queries = requests.filter(({ verb }) => verb === 'patch').map(({ query }) => query);
    expect(queries).toEqual(mode === 'client' ? [] : [{ dryRun: 'All' }]);
  });

  it.each<[string, object, Record<string, string>, Partial<Config>, object]>([
    [
      'of another function',
      { lambda_function: 'pod-restart' },
      {},
      {},
      { outcome: 'reject', error: { code: 'ASRE_LAMBDA_OTHER' } },
    ],
    [
      'whose attribute names another function',
      {},
      { lambdafunction: 'pod-restart' },
      {},
      { outcome: 'reject', error: { code: 'ASRE_LAMBDA_OTHER' } },
    ],
    [
      'with parameters of another',
      { parameters: { name: 'web' } },
      {},
      {},
      finished({ code: 'invalid_parameters', outcome: 'refused' }),
    ],
    [
      'with a name that leaves its place',
      { parameters: { name: '../x', namespace: 'shop', replicas: 1 } },
      {},
      {},
      finished({ code: 'invalid_parameters' }),
    ],
    [
      'in a protected namespace',
      { parameters: { name: 'web', namespace: 'kube-system', replicas: 1 } },
      {},
      {},
      finished({ code: 'protected_namespace', outcome: 'refused' }),
    ],
  ])('%s is refused, and nothing is read', async (_, data, attributes, settings, outcome) => {
    const { send, requests } = server([]);
    expect(await call(send, settings, data, attributes)).toMatchObject(outcome);
    expect(requests).toEqual([]);
  });
});
