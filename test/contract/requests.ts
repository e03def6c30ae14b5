/** Requests of every kind, and what becomes of each: at a function alone and at the one port of npm start. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary, DEAD_LETTER, structured, without } from '../support/events.ts';
import type { Sent } from '../support/http.ts';

/** `becomes`: the type of the event that is replied, the code of the error that is told, or nothing. */
export type RequestCase = readonly [name: string, sent: Sent, status: number, becomes?: string];

export const BODY_LIMIT_BYTES = 4_194_304;

const { fired, resolved, rules, rejected, trm } = TYPES;
const JSON_TYPE = { 'content-type': 'application/json' };
const BOM = '\ufeff';
const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const MANY_LABELS = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`l${index}`, 'v']));
const many = { ...crashing, labels: { alertname: 'A', ...MANY_LABELS } };
const half = { ...crashing, labels: { ...crashing.labels, team: '\ud800' } };
const LONG = 'x'.repeat(4_097);
const old = binary({ type: fired, specversion: '0.3' }, crashing);
const event = binary({ type: fired }, crashing);
const whole = structured({ type: fired, data: crashing });
const webhook: Sent = { headers: JSON_TYPE, body: JSON.stringify({ version: '4', alerts: [crashing] }) };

function bytesOf({ body = '' }: Sent): Buffer {
  return Buffer.from(body);
}

function withHeaders(sent: Sent, headers: Readonly<Record<string, string>>): Sent {
  return { ...sent, headers: { ...sent.headers, ...headers } };
}

function withType(sent: Sent, type: string): Sent {
  return withHeaders(sent, { 'content-type': type });
}

function coded(sent: Sent, coding: string, body: Buffer): Sent {
  return { ...withHeaders(sent, { 'content-encoding': coding }), body };
}

const BINARY: readonly RequestCase[] = [
  ['an event', event, 200, trm],
  ['an event that no reply is asked for', binary({ type: fired }, crashing, {}), 202],
  ['a dead letter', binary({ type: rules }, { alert: crashing, attempts: [] }, DEAD_LETTER), 202],
  ['a resolved alert', binary({ type: resolved }, { ...crashing, status: 'resolved' }), 204],
  ['a type that is not accepted', binary({ type: 'com.example.other' }, crashing), 200, rejected],
  ['broken data', { ...event, body: '{"labels":' }, 200, rejected],
  ['no data', { ...event, body: '' }, 200, rejected],
  ['data nested 20,000 deep', { ...event, body: DEEP }, 200, rejected],
  ['200,000 labels', binary({ type: fired }, many), 200, rejected],
  ['half a surrogate pair in a label', binary({ type: fired }, half), 200, trm],
  ['a byte order mark', { ...event, body: `${BOM}${event.body}` }, 200, trm],
  ['no id', without(event, 'ce-id'), 400, 'ASRE_EVENT_ATTRIBUTE_INVALID'],
  ['no specversion', without(event, 'ce-specversion'), 400, 'ASRE_EVENT_ATTRIBUTE_INVALID'],
  ['an empty type', binary({ type: '' }, crashing), 400, 'ASRE_EVENT_ATTRIBUTE_INVALID'],
  ['an id that is too long', binary({ type: fired, id: LONG }, {}), 200, rejected],
  ['an id that is too long, by hand', binary({ type: fired, id: LONG }, {}, {}), 400, 'ASRE_EVENT_ATTRIBUTE_INVALID'],
  ['specversion 0.3', binary({ type: fired, specversion: '0.3' }, crashing), 200, rejected],
  [
    'specversion 0.3, by hand',
    binary({ type: fired, specversion: '0.3' }, {}, {}),
    400,
    'ASRE_SPECVERSION_UNSUPPORTED',
  ],
  ['specversion 0.3 as a dead letter', binary({ type: fired, specversion: '0.3' }, {}, DEAD_LETTER), 202],
  ['specversion 0.3 without an id', without(old, 'ce-id'), 400, 'ASRE_EVENT_ATTRIBUTE_INVALID'],
  ['specversion 2.0', binary({ type: fired, specversion: '2.0' }, crashing), 200, rejected],
  ['a percent-encoded id', binary({ type: fired, id: 'gr%C3%BCn' }, crashing), 200, trm],
  ['a type that is percent-encoded', binary({ type: fired.replace('.', '%2E') }, crashing), 200, trm],
  ['an id that decodes to nothing', binary({ type: fired, id: '%zz%ff' }, crashing), 200, trm],
  ['a time that is not one', binary({ type: fired, time: 'noon' }, crashing), 200, trm],
  ['its sixteenth hop', binary({ type: fired, hop: '16' }, crashing), 200, rejected],
  ['a media type in capitals', withType(event, 'APPLICATION/JSON; Charset=UTF-8'), 200, trm],
  ['text/plain', withType(event, 'text/plain'), 200, trm],
  ['a media type that is not one', withType(event, 'nonsense'), 200, trm],
  ['no media type', without(event, 'content-type'), 200, trm],
];

const STRUCTURED: readonly RequestCase[] = [
  ['an event', whole, 200, trm],
  ['a media type in capitals', withType(whole, 'Application/CloudEvents+JSON'), 200, trm],
  ['a byte order mark', { ...whole, body: `${BOM}${whole.body}` }, 200, trm],
  ['data_base64', structured({ type: fired, data_base64: bytesOf(event).toString('base64') }), 200, trm],
  ['attributes that no event has', structured({ type: fired, data: crashing, MyExt: 'x', thing: {} }), 200, trm],
  ['no data', structured({ type: fired }), 200, rejected],
  ['half a surrogate pair as id', structured({ type: fired, id: '\ud800' }), 400, 'ASRE_EVENT_ATTRIBUTE_INVALID'],
  ['data nested 20,000 deep', { ...whole, body: `{"data":${DEEP}}` }, 400, 'ASRE_EVENT_JSON'],
  ['200,000 labels', structured({ type: fired, data: many }), 400, 'ASRE_EVENT_JSON'],
  ['broken JSON', { ...whole, body: '{"specversion"' }, 400, 'ASRE_EVENT_JSON'],
  ['an array', { ...whole, body: `[${whole.body}]` }, 400, 'ASRE_EVENT_JSON'],
  ['XML', withType({ ...whole, body: '<event/>' }, 'application/cloudevents+xml'), 400, 'ASRE_EVENT_JSON'],
  ['specversion 2.0', structured({ type: fired, specversion: '2.0' }), 200, rejected],
  [
    'specversion 2.0, by hand',
    structured({ type: fired, specversion: '2.0' }, {}),
    400,
    'ASRE_SPECVERSION_UNSUPPORTED',
  ],
  ['a batch', withType(whole, 'application/cloudevents-batch+json'), 400, 'ASRE_EVENT_BATCH'],
  ['a batch in capitals', withType(whole, 'Application/CloudEvents-Batch+JSON'), 400, 'ASRE_EVENT_BATCH'],
];

const WEBHOOK: readonly RequestCase[] = [
  ['a notification', webhook, 202],
  ['a media type in capitals', withType(webhook, 'Application/JSON'), 202],
  ['no media type', without(webhook, 'content-type'), 202],
  ['a byte order mark', { ...webhook, body: `${BOM}${webhook.body}` }, 202],
  ['a body without a length', { ...webhook, chunked: true }, 202],
  ['no alerts', { ...webhook, body: '{"hello": "world"}' }, 400, 'ASRE_WEBHOOK_INVALID'],
  ['broken JSON', { ...webhook, body: '{' }, 400, 'ASRE_EVENT_JSON'],
  ['nothing', { ...webhook, body: '' }, 400, 'ASRE_EVENT_JSON'],
  ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' }, 400, 'ASRE_EVENT_JSON'],
  ['an alert of 200,000 labels', { ...webhook, body: JSON.stringify({ version: '4', alerts: [many] }) }, 202],
];

const big = Buffer.alloc(BODY_LIMIT_BYTES + 1, ' ');
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));

const BODIES: readonly RequestCase[] = [
  ['an event over the limit', { ...event, body: big }, 503, 'ASRE_BODY_TOO_LARGE'],
  ['a webhook over the limit', { ...webhook, body: big }, 503, 'ASRE_BODY_TOO_LARGE'],
  ['a webhook over the limit, without a length', { ...webhook, body: big, chunked: true }, 503, 'ASRE_BODY_TOO_LARGE'],
  ['gzip', coded(event, 'gzip', gzipSync(bytesOf(event))), 200, trm],
  ['gzip in capitals, structured', coded(whole, 'GZIP', gzipSync(bytesOf(whole))), 200, trm],
  ['gzip of a webhook', coded(webhook, 'gzip', gzipSync(bytesOf(webhook))), 202],
  ['deflate', coded(event, 'deflate', deflateSync(bytesOf(event))), 200, trm],
  ['br', coded(event, 'br', brotliCompressSync(bytesOf(event))), 200, trm],
  ['gzip of 64 MiB', coded(event, 'gzip', bomb), 503, 'ASRE_BODY_TOO_LARGE'],
  ['what is not gzip', coded(event, 'gzip', bytesOf(event)), 415, 'ASRE_CONTENT_ENCODING'],
  ['a coding that is not accepted', coded(webhook, 'zstd', bytesOf(webhook)), 415, 'ASRE_CONTENT_ENCODING'],
];

const TARGETS: readonly RequestCase[] = [
  ['a query', { ...webhook, target: '/?token=x' }, 202],
  ['a query and an event', { ...event, target: '/?body=1&cloudevent=2' }, 200, trm],
  ['two slashes', { ...webhook, target: '//' }, 202],
  ['a dot', { ...event, target: '/./' }, 200, trm],
  ['the absolute form', { ...webhook, target: 'http://agent-sre.example/' }, 202],
  ['the absolute form of another path', { ...webhook, target: 'http://a.example/x' }, 404, 'ASRE_PATH_UNKNOWN'],
  ['/webhook', { ...webhook, target: '/webhook' }, 404, 'ASRE_PATH_UNKNOWN'],
  ['/webhook and an event', { ...event, target: '/webhook' }, 404, 'ASRE_PATH_UNKNOWN'],
  ['a path of three parts', { ...webhook, target: '/api/v2/alerts' }, 404, 'ASRE_PATH_UNKNOWN'],
  ['PUT', { ...webhook, method: 'PUT' }, 405, 'ASRE_METHOD_NOT_ALLOWED'],
  ['DELETE', { ...webhook, method: 'DELETE' }, 405, 'ASRE_METHOD_NOT_ALLOWED'],
  ['OPTIONS', { method: 'OPTIONS' }, 204],
  ['a web page', withHeaders(webhook, { origin: 'https://evil.example' }), 403, 'ASRE_ORIGIN_REFUSED'],
  ['a web page that has no name', withHeaders(event, { origin: 'null' }), 403, 'ASRE_ORIGIN_REFUSED'],
  ['a web page that is allowed', withHeaders(event, { origin: 'https://console.example' }), 200, trm],
];

export const REQUESTS: Readonly<Record<string, readonly RequestCase[]>> = {
  'binary mode': BINARY,
  'structured mode': STRUCTURED,
  'the webhook': WEBHOOK,
  bodies: BODIES,
  'targets and methods': TARGETS,
};
