import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { crashing, selection, TYPES } from './alerts.ts';
import { binary, FROM_BROKER, structured, without } from './events.ts';
import { FUNCTIONS, type FunctionName, PLAIN, type RunningFunction, startFunction } from './function.ts';
import { type Sent, send } from './http.ts';

const BODY_LIMIT_BYTES = 65_536;
// With a dead letter sink set, a longer error body makes some brokers lose the event (eventing 0.47).
const ERROR_BODY_LIMIT = 512;

/** What a function takes, with an alert in its place. */
const TAKES: Readonly<Record<FunctionName, { type: string; answer: string; holding: (alert: unknown) => unknown }>> = {
  'alert-router': { type: TYPES.fired, answer: TYPES.trm, holding: (alert) => alert },
  'trm-reason': { type: TYPES.trm, answer: TYPES.gemma, holding: (alert) => ({ alert, attempts: [] }) },
  'gemma-fallback': { type: TYPES.gemma, answer: TYPES.rules, holding: (alert) => ({ alert, attempts: [] }) },
  'rule-fallback': { type: TYPES.rules, answer: TYPES.selected, holding: (alert) => ({ alert, attempts: [] }) },
  'emit-trigger': { type: TYPES.selected, answer: TYPES.trigger, holding: (alert) => ({ ...selection, alert }) },
};

interface Subject {
  readonly type: string;
  /** Usable data. */
  readonly data: unknown;
  readonly holding: (alert: unknown) => unknown;
}

type Write = (subject: Subject) => Sent;

const event: Write = ({ type, data }) => binary({ type }, data);

function withBody(body: string): Write {
  return (subject) => ({ ...event(subject), body });
}

function withAlert(change: object): Write {
  return ({ type, holding }) => binary({ type }, holding({ ...crashing, ...change }));
}

function typed(contentType: string): Write {
  return ({ type, data }) => binary({ type }, data, { ...FROM_BROKER, 'content-type': contentType });
}

function structuredText(body: string): Write {
  return () => ({ headers: { 'content-type': 'application/cloudevents+json', ...FROM_BROKER }, body });
}

/** No CloudEvent 1.0: 400, which says what is wrong; a broker doesn't try it again. */
const REFUSED: readonly [string, Write, ErrorCode][] = [
  ...['id', 'source', 'type', 'specversion'].flatMap((name): [string, Write, ErrorCode][] => [
    [`binary without ${name}`, (of) => without(event(of), `ce-${name}`), 'ASRE_EVENT_ATTRIBUTE_MISSING'],
    [
      `binary with an empty ${name}`,
      ({ type, data }) => binary({ type, [name]: '' }, data),
      'ASRE_EVENT_ATTRIBUTE_MISSING',
    ],
    [
      `structured without ${name}`,
      ({ type, data }) => structured({ type, data, [name]: undefined }),
      'ASRE_EVENT_ATTRIBUTE_MISSING',
    ],
    [
      `structured with an empty ${name}`,
      ({ type, data }) => structured({ type, data, [name]: '' }),
      'ASRE_EVENT_ATTRIBUTE_MISSING',
    ],
    [
      `structured with null as ${name}`,
      ({ type, data }) => structured({ type, data, [name]: null }),
      'ASRE_EVENT_ATTRIBUTE_MISSING',
    ],
  ]),
  [
    'binary of specversion 0.3',
    ({ type, data }) => binary({ type, specversion: '0.3' }, data),
    'ASRE_SPECVERSION_UNSUPPORTED',
  ],
  [
    'binary of specversion 99',
    ({ type, data }) => binary({ type, specversion: '99' }, data),
    'ASRE_SPECVERSION_UNSUPPORTED',
  ],
  [
    'structured of specversion 2.0',
    ({ type, data }) => structured({ type, data, specversion: '2.0' }),
    'ASRE_SPECVERSION_UNSUPPORTED',
  ],
  ['structured with broken JSON', structuredText('{"specversion": "1.0", "id"'), 'ASRE_EVENT_JSON'],
  ['structured with an empty body', structuredText(''), 'ASRE_EVENT_JSON'],
  ['structured that is an array', structuredText('[]'), 'ASRE_EVENT_JSON'],
  ['structured that is null', structuredText('null'), 'ASRE_EVENT_JSON'],
  [
    'a batch',
    (of) => ({
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: `[${structured({ ...of }).body}]`,
    }),
    'ASRE_EVENT_BATCH',
  ],
  [
    'a batch in capitals',
    (of) => ({
      headers: { 'content-type': 'Application/CloudEvents-Batch+JSON' },
      body: `[${structured({ ...of }).body}]`,
    }),
    'ASRE_EVENT_BATCH',
  ],
];

/** A CloudEvent that will never work: event.rejected. */
const REJECTED: readonly [string, Write, ErrorCode][] = [
  [
    'a type that it does not take',
    ({ data }) => binary({ type: 'com.example.other' }, data),
    'ASRE_EVENT_TYPE_UNEXPECTED',
  ],
  ['its own answer', () => binary({ type: TYPES.rejected }, {}), 'ASRE_EVENT_TYPE_UNEXPECTED'],
  ['data of broken JSON', withBody('{"alert": '), 'ASRE_EVENT_DATA_INVALID'],
  ['no data', withBody(''), 'ASRE_EVENT_DATA_INVALID'],
  ['data of binary rubbish', withBody('\u0000\u0001\uFFFD'), 'ASRE_EVENT_DATA_INVALID'],
  ['data_base64 of rubbish', ({ type }) => structured({ type, data_base64: '!!!' }), 'ASRE_EVENT_DATA_INVALID'],
  ['an alert without a name', withAlert({ alertname: undefined, labels: { pod: 'a' } }), 'ASRE_ALERT_INVALID'],
  ['an alert with an empty name', withAlert({ alertname: '', labels: { alertname: '' } }), 'ASRE_ALERT_INVALID'],
  ['labels that are a list', withAlert({ labels: ['alertname'] }), 'ASRE_ALERT_INVALID'],
  ['a label that is an object', withAlert({ labels: { alertname: 'A', pod: { name: 'x' } } }), 'ASRE_ALERT_INVALID'],
  ['an annotation that is a list', withAlert({ annotations: { summary: ['x'] } }), 'ASRE_ALERT_INVALID'],
  ['a status of its own', withAlert({ status: 'pending' }), 'ASRE_ALERT_INVALID'],
  ['a startsAt that is no time', withAlert({ startsAt: 'yesterday-ish' }), 'ASRE_ALERT_INVALID'],
  ['a startsAt that is a number', withAlert({ startsAt: 17 }), 'ASRE_ALERT_INVALID'],
  ['an endsAt that is a number', withAlert({ endsAt: 17 }), 'ASRE_EVENT_DATA_INVALID'],
  ['its sixteenth hop', ({ type, data }) => binary({ type, hop: '16' }, data), 'ASRE_HOP_LIMIT'],
  ['a hop far beyond', ({ type, data }) => binary({ type, hop: '4000000000' }, data), 'ASRE_HOP_LIMIT'],
];

const NOT_AN_OBJECT = ['null', '[]', '17', 'true', '"text"'];

/** Odd, but an event that can be used: it gets the answer that a plain one gets. */
const TOLERATED: readonly [string, Write][] = [
  ['a content type with parameters', typed('application/json; charset=utf-8; x="y"')],
  ['a content type in capitals', typed('Application/JSON')],
  ['application/*+json', typed('application/vnd.acme.alert+json')],
  ['text/plain', typed('text/plain')],
  ['octet-stream', typed('application/octet-stream')],
  ['multipart/form-data without a boundary', typed('multipart/form-data')],
  ['a content type that is none', typed('\tnonsense')],
  ['no content type', (of) => without(event(of), 'content-type')],
  ['structured mode', ({ type, data }) => structured({ type, data })],
  [
    'data_base64',
    ({ type, data }) => structured({ type, data_base64: Buffer.from(JSON.stringify(data)).toString('base64') }),
  ],
  ['a structured extension in capitals', ({ type, data }) => structured({ type, data, MyExtension: 'x', 'a-b': 'y' })],
  [
    'a structured extension that is an object',
    ({ type, data }) => structured({ type, data, thing: { a: 1 }, gone: null }),
  ],
  [
    'a binary extension in capitals',
    (of) => ({ ...event(of), headers: { ...event(of).headers, 'CE-MyExtension': 'x' } }),
  ],
  ['an id that is a number', ({ type, data }) => structured({ type, data, id: 17 })],
  ['an id beyond ASCII', ({ type, data }) => binary({ type, id: 'é' }, data)],
  ['a long id', ({ type, data }) => binary({ type, id: 'x'.repeat(4_000) }, data)],
  [
    'attributes named like parts of an object',
    ({ type, data }) => structured({ type, data, constructor: 'x', tostring: 'y' }),
  ],
  ['a structured event with the key __proto__', structuredWithProto],
  ['a query string', (of) => ({ ...event(of), path: '/?cloudEventResponse=1&body=2&headers[a]=3&__proto__[x]=4' })],
  ['a body without a length', (of) => ({ ...event(of), chunked: true })],
  ['the key __proto__ in labels and data', withProto],
  ['labels beyond ASCII', withAlert({ labels: { ...crashing.labels, team: '日本語 ü\n"quoted"' } })],
  [
    'labels named like parts of an object',
    withAlert({ labels: { ...crashing.labels, constructor: 'x', hasOwnProperty: 'y' } }),
  ],
  ['numbers and booleans as label values', withAlert({ labels: { ...crashing.labels, restarts: 5, paused: false } })],
  ['null as a label value', withAlert({ labels: { ...crashing.labels, zone: null } })],
  ['unknown keys beside the alert', withAlert({ annotations: null, silenceURL: { a: [1] }, values: { A: 17 } })],
  ['a hop that is no number', ({ type, data }) => binary({ type, hop: 'many' }, data)],
  ['its fifteenth hop', ({ type, data }) => binary({ type, hop: '15' }, data)],
  ['no time', (of) => without(event(of), 'ce-time')],
  ['a time that is none', ({ type, data }) => binary({ type, time: 'noon' }, data)],
];

function withProto(of: Subject): Sent {
  const { headers = {}, body = '' } = event(of);
  const own = `"__proto__": {"polluted": "yes"}, "constructor": {"prototype": {"polluted": "yes"}},`;
  const text = String(body).replaceAll('"labels":{', `${own}"labels":{"__proto__": "x",`);
  return { headers, body: text.replace('{', `{${own}`) };
}

function structuredWithProto({ type, data }: Subject): Sent {
  const sent = structured({ type, data });
  return { ...sent, body: String(sent.body).replace('{', '{"__proto__": {"id": "x"},') };
}

const running = new Map<FunctionName, RunningFunction>();

beforeAll(async () => {
  const settings = { ...PLAIN, BODY_LIMIT_BYTES: String(BODY_LIMIT_BYTES) };
  const started = await Promise.all(FUNCTIONS.map((name) => startFunction(name, settings)));
  for (const each of started) running.set(each.name, each);
});

afterAll(async () => {
  await Promise.all([...running.values()].map((each) => each.stop()));
});

describe.each(FUNCTIONS)('%s', (name) => {
  const { type, answer, holding } = TAKES[name];
  const subject: Subject = { type, holding, data: holding(crashing) };
  const post = (sent: Sent) => send(running.get(name)?.url ?? '', sent);

  async function expectRefused(sent: Sent, code: ErrorCode): Promise<void> {
    const { status, headers, text } = await post(sent);
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining(`${code}: `) });
    expect(text).toContain(ERRORS[code].fix);
    expect(Buffer.byteLength(text)).toBeLessThan(ERROR_BODY_LIMIT);
    expect(headers['ce-type']).toBeUndefined();
  }

  it.each(REFUSED)('refuses %s', async (_, write, code) => {
    await expectRefused(write(subject), code);
  });

  it('refuses what is no CloudEvent at all', async () => {
    const code = name === 'alert-router' ? 'ASRE_WEBHOOK_INVALID' : 'ASRE_NOT_AN_EVENT';
    await expectRefused({ headers: { 'content-type': 'application/json' }, body: '{"hello": "world"}' }, code);
  });

  it.each(['', 'hello=world'])('refuses the bare body %j', async (body) => {
    const code = name === 'alert-router' ? 'ASRE_EVENT_JSON' : 'ASRE_NOT_AN_EVENT';
    await expectRefused({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }, code);
  });

  it.each(REJECTED)('rejects %s', async (_, write, code) => {
    const { status, headers, text } = await post(write(subject));
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: TYPES.rejected });
    expect(JSON.parse(text)).toMatchObject({ code, event_id: 'a-1' });
  });

  it.each(NOT_AN_OBJECT)('rejects the data %s', async (body) => {
    const { status, headers } = await post({ ...event(subject), body });
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: TYPES.rejected });
  });

  it.each(TOLERATED)('takes %s', async (_, write) => {
    const { status, headers, text } = await post(write(subject));
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: answer });
    expect(JSON.parse(text).polluted).toBeUndefined();
  });

  it.each([
    ['no time', (of: Subject) => without(event(of), 'ce-time')],
    ['a time that is none', ({ type, data }: Subject) => binary({ type, time: 'noon' }, data)],
  ])('makes up no episode for an event with %s', async (_, write) => {
    const undated = { ...subject, data: holding({ ...crashing, startsAt: undefined }) };
    const first = await post(write(undated));
    const again = await post(write(undated));
    expect(again.headers['ce-id']).toBe(first.headers['ce-id']);
    expect(first.headers['ce-correlationid']).toMatch(/\.0$/);
  });

  it.each([false, true])('asks to send a body over the limit again later (chunked: %j)', async (chunked) => {
    const sent = { ...event(subject), body: Buffer.alloc(BODY_LIMIT_BYTES + 1, 'x'), chunked };
    const { status, headers } = await post(sent);
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 503, type: undefined });
  });

  it('says 405 to GET and names what it allows', async () => {
    expect(await post({ method: 'GET' })).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('takes events at / only', async () => {
    expect(await post({ ...event(subject), path: '/elsewhere' })).toMatchObject({ status: 404 });
  });

  it.each([300, 5_000, 25_000])('does not try to answer data nested %i deep', async (levels) => {
    const deep = `{"x": ${'['.repeat(levels)}${']'.repeat(levels)},`;
    const sent = event(subject);
    const binaryAnswer = await post({ ...sent, body: String(sent.body).replace('{', deep) });
    expect(binaryAnswer).toMatchObject({ status: 200, headers: { 'ce-type': TYPES.rejected } });
    const whole = structured({ ...subject, holding: undefined });
    expect(await post({ ...whole, body: String(whole.body).replace('{', deep) })).toMatchObject({ status: 400 });
    const group = `{"alerts": [${deep}"labels": {"alertname": "A"}}]}`;
    expect(await post({ body: group })).toMatchObject({ status: 400 });
  });

  it('is alive after all of it, and has logged no payload', async () => {
    const each = running.get(name);
    expect(await post({ method: 'GET', path: '/health/liveness' })).toMatchObject({ status: 200 });
    expect(await post({ method: 'GET', path: '/health/readiness' })).toMatchObject({ status: 200 });
    expect(await post(event(subject))).toMatchObject({ status: 200, headers: { 'ce-type': answer } });
    expect(each?.log().filter(({ level }) => level === 'fatal')).toEqual([]);
    expect(each?.output()).not.toMatch(/checkout-7c9f8d5b6-x2x7k|hello=world/);
  });
});
