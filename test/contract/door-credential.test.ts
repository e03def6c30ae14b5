/** Who may send to the one port of npm start where the webhook asks for a credential. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashing, TYPES } from '../support/alerts.ts';
import { sentByHand } from '../support/events.ts';
import { PLAIN } from '../support/function.ts';
import { type Sent, send } from '../support/http.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { type System, startSystem } from '../support/system.ts';

const folder = mkdtempSync(join(tmpdir(), 'asre-door-'));
const secret = join(folder, 'token');
const webhook: Sent = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ alerts: [crashing] }) };
const event = sentByHand(TYPES.fired, crashing);
const toBroker: Sent = { ...event, path: '/default/default' };

let people: Sink;

beforeAll(async () => {
  writeFileSync(secret, 's3cret\n');
  people = await startSink();
});

afterAll(async () => {
  await people.stop();
  rmSync(folder, { recursive: true });
});

function withCredential(sent: Sent, authorization: string | undefined): Sent {
  return authorization === undefined ? sent : { ...sent, headers: { ...sent.headers, authorization } };
}

describe.each<[string, string[], [string, Sent, string | undefined, number][]]>([
  [
    'agent-sre run',
    [],
    [
      ['a webhook with the credential', webhook, 'Bearer s3cret', 202],
      ['an event with it', event, 'Bearer s3cret', 202],
      ['an event with it to a broker', toBroker, 'Bearer s3cret', 202],
      ['a webhook without', webhook, undefined, 401],
      ['an event without', event, undefined, 401],
      ['an event without to a broker', toBroker, undefined, 401],
      ['another one to a broker', toBroker, 'Bearer guess', 401],
      ['who asks how it is', { method: 'GET' }, undefined, 200],
      ['who asks a broker what it takes', { method: 'OPTIONS', path: '/default/default' }, undefined, 200],
    ],
  ],
  [
    'agent-sre run --open-broker',
    ['--open-broker'],
    [
      ['a webhook with the credential', webhook, 'Bearer s3cret', 202],
      ['a webhook without', webhook, undefined, 401],
      ['an event without', event, undefined, 202],
      ['an event without to a broker', toBroker, undefined, 202],
    ],
  ],
])('%s', (_, options, rows) => {
  let system: System;

  beforeAll(async () => {
    const subscriber = { url: people.url, types: [TYPES.trigger] };
    system = await startSystem(subscriber, { ...PLAIN, WEBHOOK_TOKEN_FILE: secret }, options);
  }, 90_000);

  afterAll(() => system.stop());

  it.each(rows)('answers %s', async (_, sent, authorization, status) => {
    people.reset();
    expect((await send(system.url, withCredential(sent, authorization))).status).toBe(status);
    // Decided to the end: the functions themselves may publish.
    if (status === 202) await people.received(1);
  });
});
