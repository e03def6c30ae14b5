import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../shared/alert/fingerprint.ts';
import { INTERMEDIARY, readBatch } from '../../shared/cloudevents/read.ts';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { PLAIN, ROOT, type RunningFunction, startFunction } from '../support/function.ts';
import type { HttpResponse, SeenEvent, Sent } from '../support/http.ts';
import { type Sink, startSink } from '../support/sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'asre-webhook-'));
let sink: Sink;
let router: RunningFunction;

beforeAll(async () => {
  sink = await startSink();
  router = await startRouter();
});

beforeEach(() => sink.reset());

afterAll(async () => {
  await router.stop();
  await sink.stop();
  rmSync(folder, { recursive: true });
});

function startRouter(environment: Readonly<Record<string, string>> = {}): Promise<RunningFunction> {
  return startFunction('alert-router', { ...PLAIN, K_SINK: sink.url, PUBLISH_RETRIES: '0', ...environment });
}

function recording(name: string): Record<string, unknown> & { alerts: Record<string, unknown>[] } {
  return JSON.parse(readFileSync(join(ROOT, 'test/fixtures/alerts', `${name}.json`), 'utf8'));
}

function webhook(payload: unknown, headers: Readonly<Record<string, string>> = {}): Sent {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(payload) };
}

function keyed(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
}

function summary(events: readonly SeenEvent[]): string[] {
  const nameOf = (data: unknown) => (data as { alertname?: string; code?: string }).alertname ?? 'rejected';
  return events.map(({ attributes, data }) => `${attributes.type} ${nameOf(data)}`).sort();
}

describe('a webhook of Alertmanager', () => {
  it('becomes one event per alert, fired or resolved, and is accepted when all are', async () => {
    const answer = await router.send(webhook(recording('group-of-three.mixed')));
    expect(answer).toMatchObject({ status: 202, text: '' });
    expect(summary(sink.accepted())).toEqual([
      `${TYPES.fired} KubeDeploymentReplicasMismatch`,
      `${TYPES.fired} KubeDeploymentReplicasMismatch`,
      `${TYPES.resolved} KubeDeploymentReplicasMismatch`,
    ]);
  });

  it('hands each alert what stands in its group, and the fingerprint of Alertmanager', async () => {
    const group = recording('pod-crash-looping.firing');
    await router.send(webhook(group));
    const [event] = sink.accepted();
    const [alert] = group.alerts;
    expect(event?.attributes).toMatchObject({
      partitionkey: alert?.fingerprint,
      subject: alert?.fingerprint,
      hop: '0',
    });
    expect(event?.attributes.causationid).toBeUndefined();
    const { receiver, commonLabels, version } = group;
    expect(event?.data).toMatchObject({ receiver, commonLabels, version, fingerprint: alert?.fingerprint });
  });

  it('names the alert that it rejects, in event and log', async () => {
    const labels = { alertname: 'Odd', pod: 'p' };
    await router.send(webhook({ alerts: [{ labels, status: 'maybe' }] }));
    const named = { alertname: 'Odd', fingerprint: fingerprint(labels) };
    expect(sink.accepted()).toMatchObject([{ attributes: { type: TYPES.rejected }, data: named }]);
    await expect.poll(() => router.log()).toContainEqual(expect.objectContaining({ level: 'warn', ...named }));
  });

  it.each([
    ['more than 1,000 labels', { labels: { alertname: 'Odd', ...keyed(1_000) } }],
    ['more than 1,000 annotations', { annotations: keyed(1_001) }],
    ['more than 1,000 keys in what is kept', { more: [{ deeper: keyed(1_001) }] }],
    ['a label of 600,000 characters', { labels: { alertname: 'Odd', big: 'x'.repeat(600_000) } }],
    ['100,000 numbers', { more: Array.from({ length: 100_000 }, () => 1e20) }],
    ['300,000 empty lists', { more: Array.from({ length: 300_000 }, () => []) }],
    ['annotations of 600,000 characters', { annotations: { a: 'x'.repeat(300_000), b: 'y'.repeat(300_000) } }],
  ])('rejects an alert with %s alone, by name, and lets its siblings go on', async (_, keys) => {
    const odd = { status: 'firing', labels: { alertname: 'Odd' }, ...keys };
    const sibling = { status: 'firing', labels: { alertname: 'Sound' } };
    expect(await router.send(webhook({ alerts: [sibling, odd, sibling] }))).toMatchObject({ status: 202 });
    const fired = `${TYPES.fired} Sound`;
    expect(summary(sink.accepted())).toEqual([`${TYPES.rejected} Odd`, fired, fired].sort());
    const rejected = sink.accepted().find(({ attributes }) => attributes.type === TYPES.rejected);
    const data = { code: 'ASRE_ALERT_INVALID', fingerprint: fingerprint(odd.labels) };
    expect(rejected?.data).toMatchObject({ ...data, message: expect.stringMatching(/^alerts\[1\]: /) });
  });

  it.each([300, 5_000, 25_000])('rejects an alert nested %i deep alone', async (levels) => {
    const deep = `{"x": ${'['.repeat(levels)}${']'.repeat(levels)}, "labels": {"alertname": "Odd"}}`;
    const body = `{"alerts": [${deep}, {"labels": {"alertname": "Sound"}}]}`;
    expect(await router.send({ ...webhook({}), body })).toMatchObject({ status: 202 });
    expect(summary(sink.accepted())).toEqual([`${TYPES.rejected} Odd`, `${TYPES.fired} Sound`].sort());
  });

  it('is refused where what all its alerts have in common is too large', async () => {
    const group = { commonLabels: keyed(1_001), alerts: [{ labels: { alertname: 'Sound' } }] };
    const answer = await router.send(webhook(group));
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('an object with more than 1000 keys') });
    expect(sink.accepted()).toEqual([]);
  });

  it('from two replicas is one episode with the fingerprint of each', async () => {
    const of = (prometheus_replica: string, startsAt: string) => ({
      status: 'firing',
      labels: { alertname: 'A', pod: 'p', prometheus_replica },
      startsAt,
    });
    const alerts = [of('a', '2026-11-23T02:31:00.100Z'), of('b', '2026-11-23T02:31:00.900Z')];
    await router.send(webhook({ alerts }));
    const attributes = sink.accepted().map((event) => event.attributes);
    expect(new Set(attributes.map(({ id }) => id)).size).toBe(1);
    expect(new Set(attributes.map(({ partitionkey }) => partitionkey)).size).toBe(1);
    expect(attributes.map(({ subject }) => subject).sort()).toEqual(
      alerts.map(({ labels }) => fingerprint(labels)).sort(),
    );
  });

  it('of no alerts at all is accepted: there is nothing to lose', async () => {
    expect(await router.send(webhook({ version: '4', alerts: [] }))).toMatchObject({ status: 202 });
    expect(sink.requests).toEqual([]);
  });

  it('reports an alert that cannot be used, and lets the others go on', async () => {
    const group = recording('group-of-three.mixed');
    const alerts = [group.alerts[0], { status: 'firing', labels: { severity: 'none' } }, 'nonsense', null];
    expect(await router.send(webhook({ ...group, commonLabels: {}, alerts }))).toMatchObject({ status: 202 });
    expect(summary(sink.accepted())).toEqual([
      ...Array<string>(3).fill(`${TYPES.rejected} rejected`),
      `${TYPES.fired} KubeDeploymentReplicasMismatch`,
    ]);
    const rejected = sink.accepted().filter(({ attributes }) => attributes.type === TYPES.rejected);
    expect(new Set(rejected.map(({ attributes }) => attributes.id)).size).toBe(3);
  });

  it('reports another alert with the same fault as another one, and the same alert sent again as the same', async () => {
    const group = recording('group-of-three.mixed');
    for (const severity of ['none', 'page', 'none']) {
      await router.send(webhook({ ...group, commonLabels: {}, alerts: [{ status: 'firing', labels: { severity } }] }));
    }
    const [first, second, third] = sink.accepted().map(({ attributes }) => attributes.id);
    expect(second).not.toBe(first);
    expect(third).toBe(first);
  });

  it('is refused where any alert could not be published; sent again, the ids are the same', async () => {
    let ready = false;
    const secondAlert = ({ data }: SeenEvent) => JSON.stringify(data).includes('"deployment":"cart"');
    sink.reset({ status: (event) => (!ready && secondAlert(event) ? 503 : 202) });
    const group = webhook(recording('group-of-three.mixed'));
    expect(await router.send(group)).toMatchObject({ status: 503, text: '' });
    expect(sink.accepted()).toHaveLength(2);
    ready = true;
    expect(await router.send(group)).toMatchObject({ status: 202 });
    const ids = (events: readonly SeenEvent[]) => events.map(({ attributes }) => attributes.id).sort();
    const [before, after] = [sink.requests.slice(0, 3), sink.requests.slice(3)].map((part) =>
      part.map(({ event }) => event),
    );
    expect(ids(after ?? [])).toEqual(ids(before ?? []));
    expect(new Set(ids(sink.accepted())).size).toBe(3);
  });

  it('is refused where there is no K_SINK: nothing is dropped', async () => {
    const unbound = await startRouter({ K_SINK: '' });
    expect(await unbound.send(webhook(recording('pod-crash-looping.firing')))).toMatchObject({ status: 503, text: '' });
    await unbound.stop();
    expect(unbound.log()).toContainEqual(expect.objectContaining({ level: 'error', code: 'ASRE_SINK_MISSING' }));
  });

  it('over the size limit gets 503, which makes Alertmanager send it again', async () => {
    const narrow = await startRouter({ BODY_LIMIT_BYTES: '2048' });
    const group = recording('pod-crash-looping.firing');
    const large = { ...group, externalURL: 'x'.repeat(3_000) };
    expect(await narrow.send(webhook(large))).toMatchObject({ status: 503 });
    expect(await narrow.send({ ...webhook(large), chunked: true })).toMatchObject({ status: 503 });
    await narrow.stop();
    expect(narrow.log().filter(({ code }) => code === 'ASRE_BODY_TOO_LARGE')).toHaveLength(2);
  });

  it('whose alerts were cut off is logged', async () => {
    await router.send(webhook({ ...recording('pod-crash-looping.firing'), truncatedAlerts: 7 }));
    const line = expect.objectContaining({ level: 'warn', truncatedAlerts: 7 });
    await expect.poll(() => router.log()).toContainEqual(line);
  });

  it('of a later Alertmanager, with keys of its own, is read all the same', async () => {
    const group = { ...recording('pod-crash-looping.firing'), notification_reason: 'repeat', routeLabels: { a: 'b' } };
    expect(await router.send(webhook(group, { 'content-type': 'text/plain' }))).toMatchObject({ status: 202 });
    expect(sink.accepted()).toHaveLength(1);
  });

  it.each([
    ['no alerts', { version: '4' }],
    ['alerts that are not a list', { version: '4', alerts: {} }],
    ['a list', []],
    ['null', null],
  ])('with %s is refused with what is wrong', async (_, payload) => {
    const { status, text } = await router.send(webhook(payload));
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining('ASRE_WEBHOOK_INVALID: ') });
  });
});

describe('a webhook whose sender takes a reply, as npm start does', () => {
  const REPLY = { prefer: 'reply' };

  function replied({ headers, text }: HttpResponse): SeenEvent[] {
    return (readBatch(headers, Buffer.from(text), INTERMEDIARY) ?? []).map((reading) => {
      if (reading.kind !== 'event') throw new Error(JSON.stringify(reading));
      return { attributes: reading.event.attributes, data: JSON.parse(reading.event.body.toString()) };
    });
  }

  it('is answered with the events that would be published, and publishes none', async () => {
    const group = recording('group-of-three.mixed');
    const odd = {
      ...group,
      alerts: [
        ...group.alerts,
        { status: 'firing', labels: { 'a "b" é': 'ü', severity: 'none' } },
        { status: 'firing', labels: { alertname: 'Wide' }, ...keyed(997) }, // with what it takes over more than 1,000
      ],
    };
    const answer = await router.send(webhook(odd, REPLY));
    expect(answer.status).toBe(200);
    expect(sink.requests).toEqual([]);
    await router.send(webhook(odd));
    const timeless = ({ attributes: { time: _, ...attributes }, data }: SeenEvent) => ({ attributes, data });
    const byId = (events: SeenEvent[]) =>
      events.map(timeless).sort((left, right) => ((left.attributes.id ?? '') < (right.attributes.id ?? '') ? -1 : 1));
    expect(byId(replied(answer))).toEqual(byId(sink.accepted()));
    expect(sink.accepted()).toHaveLength(5);
  });

  it('is answered with none where it has no alerts', async () => {
    expect(await router.send(webhook({ alerts: [] }, REPLY))).toMatchObject({ status: 200, text: '[]' });
  });

  it('has its events published where they are more than an answer holds', async () => {
    const commonAnnotations = { text: 'x'.repeat(300_000) };
    const alerts = Array.from({ length: 20 }, (_, index) => ({ labels: { alertname: `A${index}` } }));
    expect(await router.send(webhook({ commonAnnotations, alerts }, REPLY))).toMatchObject({ status: 202, text: '' });
    expect(sink.accepted()).toHaveLength(20);
  });

  it('has its events published where K_CE_OVERRIDES adds to those that are', async () => {
    const adding = await startRouter({ K_CE_OVERRIDES: '{"extensions":{"tenant":"blue"}}' });
    const answer = await adding.send(webhook(recording('pod-crash-looping.firing'), REPLY));
    await adding.stop();
    expect(answer).toMatchObject({ status: 202, text: '' });
    expect(sink.accepted()).toMatchObject([{ attributes: { type: TYPES.fired, tenant: 'blue' } }]);
  });

  it('gets no events without the credential', async () => {
    const token = join(folder, 'reply-token');
    writeFileSync(token, 's3cret-token');
    const guarded = await startRouter({ WEBHOOK_TOKEN_FILE: token });
    const answer = await guarded.send(webhook(recording('pod-crash-looping.firing'), REPLY));
    await guarded.stop();
    expect({ status: answer.status, events: replied(answer) }).toEqual({ status: 401, events: [] });
  });
});

describe('credentials of the webhook', () => {
  const token = join(folder, 'token');
  const basic = join(folder, 'basic');
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const ROWS: readonly [string, number, Readonly<Record<string, string>>][] = [
    ['the token', 202, { authorization: 'Bearer s3cret-token' }],
    ['user and password', 202, { authorization: `Basic ${encoded('alertmanager:pass:wörd')}` }],
    ['the scheme in small letters', 202, { authorization: 'bearer  s3cret-token' }],
    ['a wrong token', 401, { authorization: 'Bearer guess' }],
    ['part of the token', 401, { authorization: 'Bearer s3cret' }],
    ['a wrong password', 401, { authorization: `Basic ${encoded('alertmanager:pass')}` }],
    ['the token as a password', 401, { authorization: `Basic ${encoded(':s3cret-token')}` }],
    ['the token without a scheme', 401, { authorization: 's3cret-token' }],
    ['an empty header', 401, { authorization: '' }],
    ['no header', 401, {}],
  ];

  it('are the bearer token and the basic pair of the files, and nothing else', async () => {
    writeFileSync(token, 's3cret-token\n');
    writeFileSync(basic, 'alertmanager:pass:wörd\n');
    const guarded = await startRouter({ WEBHOOK_TOKEN_FILE: token, WEBHOOK_BASIC_FILE: basic });
    const found: [string, number][] = [];
    for (const [given, , headers] of ROWS) {
      const answer = await guarded.send(webhook(recording('pod-crash-looping.firing'), headers));
      found.push([given, answer.status]);
      expect(answer.headers['www-authenticate'] !== undefined).toBe(answer.status === 401);
    }
    expect(found).toEqual(ROWS.map(([given, status]) => [given, status]));
    expect(sink.accepted()).toHaveLength(3);
    await guarded.stop();
    expect(guarded.output()).not.toMatch(/s3cret|wörd/);
  });

  it('count as the file holds them when a webhook comes', async () => {
    writeFileSync(token, 'first');
    const guarded = await startRouter({ WEBHOOK_TOKEN_FILE: token });
    const status = async (given: string) =>
      (await guarded.send(webhook(recording('pod-crash-looping.firing'), { authorization: `Bearer ${given}` }))).status;
    expect(await status('first')).toBe(202);
    writeFileSync(token, 'second');
    expect([await status('first'), await status('second')]).toEqual([401, 202]);
    await guarded.stop();
  });

  it('are not asked for from a broker: its events carry none', async () => {
    writeFileSync(token, 's3cret-token\n');
    const guarded = await startRouter({ WEBHOOK_TOKEN_FILE: token });
    expect(await guarded.send(binary({ type: TYPES.fired }, crashing))).toMatchObject({ status: 200 });
    await guarded.stop();
  });
});
