/** Events that are wrong or odd, and what becomes of them. */
import type { ErrorCode } from '../../shared/error-codes.ts';
import { crashing } from '../support/alerts.ts';
import { binary, FROM_BROKER, structured, without } from '../support/events.ts';
import type { Sent } from '../support/http.ts';

/** An event of a type that the function takes. */
export interface Subject {
  readonly type: string;
  /** Usable data. */
  readonly data: unknown;
  readonly holding: (alert: unknown) => unknown;
}

export type Write = (subject: Subject) => Sent;

/** The event that nothing is wrong with. */
export const event: Write = ({ type, data }) => binary({ type }, data);

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
export const REFUSED: readonly [string, Write, ErrorCode][] = [
  ...['id', 'source', 'type', 'specversion'].flatMap((name): [string, Write, ErrorCode][] => [
    [`binary without ${name}`, (of) => without(event(of), `ce-${name}`), 'ASRE_EVENT_ATTRIBUTE_INVALID'],
    [
      `binary with an empty ${name}`,
      ({ type, data }) => binary({ type, [name]: '' }, data),
      'ASRE_EVENT_ATTRIBUTE_INVALID',
    ],
    [
      `structured without ${name}`,
      ({ type, data }) => structured({ type, data, [name]: undefined }),
      'ASRE_EVENT_ATTRIBUTE_INVALID',
    ],
    [
      `structured with an empty ${name}`,
      ({ type, data }) => structured({ type, data, [name]: '' }),
      'ASRE_EVENT_ATTRIBUTE_INVALID',
    ],
    [
      `structured with null as ${name}`,
      ({ type, data }) => structured({ type, data, [name]: null }),
      'ASRE_EVENT_ATTRIBUTE_INVALID',
    ],
  ]),
  [
    'by hand, an attribute too long for a header',
    ({ type, data }) => binary({ type, id: 'x'.repeat(4_097) }, data, {}),
    'ASRE_EVENT_ATTRIBUTE_INVALID',
  ],
  [
    'by hand, binary of specversion 0.3',
    ({ type, data }) => binary({ type, specversion: '0.3' }, data, {}),
    'ASRE_SPECVERSION_UNSUPPORTED',
  ],
  [
    'by hand, structured of specversion 2.0',
    ({ type, data }) => structured({ type, data, specversion: '2.0' }, {}),
    'ASRE_SPECVERSION_UNSUPPORTED',
  ],
  [
    'binary of specversion 0.3 without an id',
    ({ type, data }) => without(binary({ type, specversion: '0.3' }, data), 'ce-id'),
    'ASRE_EVENT_ATTRIBUTE_INVALID',
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
export const REJECTED: readonly [string, Write, ErrorCode][] = [
  [
    'a type that it does not take',
    ({ data }) => binary({ type: 'com.example.other' }, data),
    'ASRE_EVENT_TYPE_UNEXPECTED',
  ],
  [
    'an attribute too long for a header',
    ({ type, data }) => binary({ type, tenant: 'x'.repeat(4_097) }, data),
    'ASRE_EVENT_ATTRIBUTE_INVALID',
  ],
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
  ['its sixteenth hop', ({ type, data }) => binary({ type, hop: '16' }, data), 'ASRE_HOP_LIMIT'],
  ['a hop far beyond', ({ type, data }) => binary({ type, hop: '4000000000' }, data), 'ASRE_HOP_LIMIT'],
];

export const NOT_AN_OBJECT = ['null', '[]', '17', 'true', '"text"'];

/** Odd, but an event that can be used: it gets the answer that a plain one gets. */
export const TOLERATED: readonly [string, Write][] = [
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
  ['a hop that is not a number', ({ type, data }) => binary({ type, hop: 'many' }, data)],
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
