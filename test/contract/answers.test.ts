/** docs/errors.md: the answers of the port of npm start are those of the table, and no others. */
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { EmbeddedBroker } from '../../broker/broker.ts';
import { listen, type ServerSurroundings } from '../../cli/run/server.ts';
import { RUNNER_ANSWERS } from '../../docs/runner-answers.ts';
import type { Exchange } from '../../shared/http/exchange.ts';
import { readSources } from './sources.ts';

const EVENT = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };
const TARGET = { url: 'http://127.0.0.1:9/', host: '127.0.0.1', port: 9 };

interface Around {
  readonly accepts?: Awaited<ReturnType<EmbeddedBroker['accept']>>;
  readonly answer?: Exchange;
  readonly closing?: boolean;
}

let close: () => void = () => undefined;
afterEach(() => close());

async function startServer({ accepts, answer, closing = false }: Around): Promise<string> {
  const accept = () =>
    accepts === undefined ? Promise.reject(new Error('the disk is full')) : Promise.resolve(accepts);
  const send = () => (answer === undefined ? Promise.reject(new Error('it cannot start')) : Promise.resolve(answer));
  const around = {
    broker: { accept },
    dispatcher: { send, close: () => undefined },
    config: { ALLOWED_ORIGINS: [], BODY_LIMIT_BYTES: 1_024 },
    entrance: () => TARGET,
    checkSender: () => undefined,
    status: () => '',
    metrics: async () => '',
    isClosing: () => closing,
    report: () => undefined,
  };
  const server = await listen(around as unknown as ServerSurroundings, '127.0.0.1', 0);
  close = () => server.close();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const long = 'the chain of replies is too long (knativebrokerttl is used up)';
const toBroker = (more: RequestInit = {}): RequestInit => ({ method: 'POST', headers: EVENT, ...more });
const webhook: RequestInit = { method: 'POST', body: '{}' };
const WHEN: readonly (readonly [when: string, path: string, init: RequestInit, around: Around])[] = [
  ['an event is taken', '/a/b', toBroker(), { accepts: { kind: 'accepted' } }],
  ['a webhook is sent to a Broker', '/a/b', webhook, {}],
  ['an event without an id', '/a/b', toBroker({ headers: { 'ce-specversion': '1.0', 'ce-type': 't' } }), {}],
  ['a loop', '/a/b', toBroker(), { accepts: { kind: 'refused', why: long } }],
  ['a Broker that is not there', '/a/b', toBroker(), { accepts: { kind: 'unknown-broker' } }],
  ['an event of 5 MiB', '/a/b', toBroker({ body: 'x'.repeat(5 * 1024 ** 2) }), {}],
  ['an event in an unknown coding', '/a/b', toBroker({ headers: { ...EVENT, 'content-encoding': 'zstd' } }), {}],
  ['DELETE at a Broker', '/a/b', { method: 'DELETE' }, {}],
  ['alert-router goes away', '/', webhook, { answer: { kind: 'unreachable', message: 'reset' } }],
  ['the end of npm start', '/', webhook, { closing: true }],
  ['alert-router hangs', '/', webhook, { answer: { kind: 'timeout' } }],
  ['alert-router cannot start', '/', webhook, {}],
];

/** What varies is written as <…>. */
function patternOf(body: string): RegExp {
  return new RegExp(`^${body.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/<[^>]+>/g, '.+')}\n?$`);
}

describe('the port of npm start', () => {
  it.each(WHEN.map((row, index) => [...row, RUNNER_ANSWERS[index]] as const))(
    'answers as docs/errors.md says: %s',
    async (_, path, init, around, expected) => {
      const response = await fetch((await startServer(around)) + path, init);
      expect(response.status).toBe(expected?.status);
      expect(await response.text()).toMatch(patternOf(expected?.body ?? ''));
    },
  );

  it.each([
    ['PUT', '/', 405, 'GET, HEAD, POST, OPTIONS'],
    ['OPTIONS', '/', 204, 'GET, HEAD, POST, OPTIONS'],
    ['PUT', '/a/b', 405, 'POST, OPTIONS'],
  ])('answers %s %s with %i, and names all that the path takes', async (method, path, status, methods) => {
    const response = await fetch((await startServer({})) + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([status, methods]);
  });

  it('is asked for each answer of the page', () => {
    expect(WHEN).toHaveLength(RUNNER_ANSWERS.length);
  });

  it('has no answer that the page does not list', () => {
    // Not reached at npm start, where other paths are those of alert-router.
    const ofOtherPaths = ['send events to /<namespace>/<broker>', 'the path must be /<namespace>/<broker>'];
    const sources = readSources('cli', 'broker').filter(({ path }) => /(server|ingress)\.ts$/.test(path));
    const given = sources.flatMap(({ text }) => [
      ...text.matchAll(/(?:end\([^;]*?|return \[)([45]\d\d), (['`])(.+?)\2/g),
    ]);
    const bodies = given.map(([, status, , body = '']) => ({ status: Number(status), body }));
    const listed = ({ status, body }: (typeof bodies)[number]) =>
      ofOtherPaths.includes(body) ||
      RUNNER_ANSWERS.some((one) => one.status === status && patternOf(one.body).test(body.replace(/\$\{\w+\}/g, 'x')));
    expect(bodies.length).toBeGreaterThan(8);
    expect(bodies.filter((one) => !listed(one))).toEqual([]);
  });
});
