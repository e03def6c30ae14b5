import { expect, it } from 'vitest';
import { addressOf } from '../../../../cli/run/address.ts';
import { targetOf } from '../../../../shared/http/client.ts';

const functions = new Map([['fn', { ready: () => targetOf('http://127.0.0.1:1234/') }]]);

// What Knative makes of a ref and a uri: knative.dev/pkg/resolver resolves the uri against the URL of what the ref names.
it.each([
  ['http://lambda:9000', '', 'http://lambda:9000/'],
  ['http://lambda:9000/hooks/restart', '', 'http://lambda:9000/hooks/restart'],
  ['http://lambda:9000/hooks/restart?from=agent-sre', '', 'http://lambda:9000/hooks/restart?from=agent-sre'],
  ['http://lambda:9000/hooks/restart?from=agent-sre', '/events', 'http://lambda:9000/events'],
  ['http://lambda:9000/hooks/', 'events?x=1', 'http://lambda:9000/hooks/events?x=1'],
])('a Service at %s with the uri "%s" is sent to %s', async (elsewhere, uri, expected) => {
  const known = { functions, services: new Map([['lambda', elsewhere]]), url: 'http://127.0.0.1:8080/' };
  const { url, path } = await addressOf({ kind: 'service', name: 'lambda', uri }, known);
  expect([url, path]).toEqual([expected, expected.replace('http://lambda:9000', '')]);
});

it.each([
  ['', '/'],
  ['/events', '/events'],
])('a function of this system with the uri "%s" is sent to its path %s', async (uri, expected) => {
  const known = { functions, services: new Map(), url: 'http://127.0.0.1:8080/' };
  expect((await addressOf({ kind: 'service', name: 'fn', uri }, known)).path).toBe(expected);
});
