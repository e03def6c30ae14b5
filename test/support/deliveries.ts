/**
 * The table of deliveries. The same rows run against the embedded broker (npm test) and against the real Knative
 * Eventing (npm run test:knative); where the embedded broker differs from the real one, it is wrong.
 */
import type { Answering } from './listener.ts';

/** `spec.delivery` of a Trigger; `deadLetter` becomes its deadLetterSink. */
export interface DeliveryRow {
  readonly retry?: number;
  readonly backoffPolicy?: 'linear' | 'exponential';
  readonly backoffDelay?: string;
  readonly timeout?: string;
  readonly format?: 'json' | 'binary';
  readonly deadLetter?: Omit<Answering, 'as'>;
}

export interface TriggerRow {
  /** Also the `as` of its subscriber; its dead letter sink is `<name>-dead`. */
  readonly name: string;
  /** What comes after the case's own prefix of event types. */
  readonly type?: string;
  /** Instead of a type: the Trigger's `filter` or `filters`. */
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly answer?: Omit<Answering, 'as'>;
  /** Nobody listens there. */
  readonly refused?: boolean;
  readonly delivery?: DeliveryRow;
}

export interface Publication {
  readonly type: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends the event in structured mode. */
  readonly structured?: Readonly<Record<string, unknown>>;
}

/** What a subscriber or dead letter sink must have been sent. */
export interface Expectation {
  readonly calls: number;
  /** Least waits between the calls; a call may come up to SLACK_MS later. */
  readonly gapsMs?: readonly number[];
  /** Of the last call: text, a pattern, or null for absent. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  readonly body?: string;
}

export interface DeliveryCase {
  readonly name: string;
  readonly triggers: readonly TriggerRow[];
  readonly publish: readonly Publication[];
  /** By Trigger name, or `<name>-dead`; who isn't named must have been sent nothing. */
  readonly expected: Readonly<Record<string, Expectation>>;
}

export const SLACK_MS = 1_500;

const ONCE: Expectation = { calls: 1 };
const NEVER_RETRY: DeliveryRow = { retry: 0, deadLetter: {} };
const START: readonly Publication[] = [{ type: 'start' }];

/** A reply in binary mode; TYPE stands for the case's own prefix. */
function reply(type: string, more: Partial<Answering> = {}): Omit<Answering, 'as'> {
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': `reply-${type}`,
    'ce-source': '/reply',
    'ce-type': `TYPE.${type}`,
    'content-type': 'application/json',
  };
  return { status: 200, headers, body: '{"replied":true}', ...more };
}

function retries(retry: number, more: DeliveryRow = {}): DeliveryRow {
  return { retry, backoffPolicy: 'linear', backoffDelay: 'PT0.3S', deadLetter: {}, ...more };
}

function fails(status: number): Omit<Answering, 'as'> {
  return { status, body: 'it broke', headers: { 'content-type': 'text/plain' } };
}

const base64OfBroken = Buffer.from('it broke').toString('base64');

function retried(status: number): DeliveryCase {
  return {
    name: `status ${status} is retried, then dead-lettered with its code and body`,
    triggers: [{ name: 'subscriber', type: 'start', answer: fails(status), delivery: retries(1) }],
    publish: START,
    expected: {
      subscriber: { calls: 2, headers: { prefer: 'reply', 'ce-knativebrokerttl': null } },
      'subscriber-dead': {
        calls: 1,
        headers: {
          'ce-knativeerrorcode': String(status),
          'ce-knativeerrordata': base64OfBroken,
          'ce-knativeerrordest': /^http:\/\/127\.0\.0\.1:\d+\//,
          'ce-knativebrokerttl': '255',
          'kn-namespace': 'default',
          prefer: null,
        },
      },
    },
  };
}

function notRetried(status: number): DeliveryCase {
  return {
    name: `status ${status} goes straight to the dead letter sink`,
    triggers: [{ name: 'subscriber', type: 'start', answer: fails(status), delivery: retries(2) }],
    publish: START,
    expected: {
      subscriber: ONCE,
      'subscriber-dead': { calls: 1, headers: { 'ce-knativeerrorcode': String(status) } },
    },
  };
}

function accepted(name: string, answer: Omit<Answering, 'as'>): DeliveryCase {
  return {
    name: `${name} is a success without a reply`,
    triggers: [{ name: 'subscriber', type: 'start', answer, delivery: retries(1) }],
    publish: START,
    expected: { subscriber: ONCE },
  };
}

function notAnEvent(name: string, answer: Omit<Answering, 'as'>): DeliveryCase {
  return {
    name: `a 2xx with ${name} is a failure: retried, then dead-lettered without error attributes`,
    triggers: [{ name: 'subscriber', type: 'start', answer, delivery: retries(1) }],
    publish: START,
    expected: {
      subscriber: { calls: 2 },
      'subscriber-dead': {
        calls: 1,
        headers: {
          'ce-knativeerrorcode': null,
          'ce-knativeerrordata': null,
          'ce-knativeerrordest': null,
          prefer: null,
        },
      },
    },
  };
}

function replied(name: string, answer: Omit<Answering, 'as'>, second: Expectation = ONCE): DeliveryCase {
  return {
    name: `${name} re-enters the broker`,
    triggers: [
      { name: 'first', type: 'start', answer, delivery: NEVER_RETRY },
      { name: 'second', type: 'next', answer: {} },
    ],
    publish: START,
    expected: { first: ONCE, second },
  };
}

const STRUCTURED_REPLY = JSON.stringify({
  specversion: '1.0',
  id: 'reply-structured',
  source: '/reply',
  type: 'TYPE.next',
  datacontenttype: 'application/json',
  data: { structured: true },
});

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const SAME_TRACE = /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-0\d$/;

const CHAINS: readonly DeliveryCase[] = [
  {
    name: 'a chain of replies goes from Trigger to Trigger, in binary mode, with Prefer: reply',
    triggers: [
      { name: 'first', type: 'start', answer: reply('next') },
      { name: 'second', type: 'next', answer: reply('last') },
      { name: 'third', type: 'last', answer: {} },
    ],
    publish: [
      {
        type: 'start',
        attributes: { subject: 'the-subject', correlationid: 'c-1' },
        headers: { traceparent: TRACE, 'x-request-id': 'r-1', 'knative-foo': 'bar', 'x-custom': 'dropped' },
      },
    ],
    expected: {
      first: {
        calls: 1,
        headers: {
          'ce-specversion': '1.0',
          'ce-subject': 'the-subject',
          'ce-correlationid': 'c-1',
          'ce-knativearrivaltime': /^\d{4}-\d\d-\d\dT/,
          'ce-knativebrokerttl': null,
          'content-type': 'application/json',
          'kn-namespace': 'default',
          prefer: 'reply',
          traceparent: SAME_TRACE,
          'x-request-id': 'r-1',
          'knative-foo': 'bar',
          'x-custom': null,
        },
        body: '{"n":1}',
      },
      second: {
        calls: 1,
        headers: {
          'ce-id': 'reply-next',
          'ce-source': '/reply',
          prefer: 'reply',
          traceparent: SAME_TRACE,
          'ce-correlationid': null,
        },
        body: '{"replied":true}',
      },
      third: ONCE,
    },
  },
  {
    name: 'a structured event arrives in binary mode',
    triggers: [{ name: 'subscriber', type: 'start' }],
    publish: [
      {
        type: 'start',
        structured: { subject: 's', times: 5, sure: true, datacontenttype: 'application/json', data: { a: 1 } },
      },
    ],
    expected: {
      subscriber: {
        calls: 1,
        headers: { 'ce-subject': 's', 'ce-times': '5', 'ce-sure': 'true', 'content-type': 'application/json' },
        body: '{"a":1}',
      },
    },
  },
  {
    name: 'format: json delivers in structured mode',
    triggers: [{ name: 'subscriber', type: 'start', delivery: { format: 'json' } }],
    publish: START,
    expected: {
      subscriber: {
        calls: 1,
        headers: { 'content-type': 'application/cloudevents+json', 'ce-type': null, prefer: 'reply' },
      },
    },
  },
  {
    name: 'every Trigger that matches gets the event',
    triggers: [
      { name: 'one', type: 'start' },
      { name: 'two', type: 'start' },
      { name: 'other', type: 'elsewhere' },
    ],
    publish: START,
    expected: { one: ONCE, two: ONCE },
  },
  replied('a binary reply', reply('next'), { calls: 1, body: '{"replied":true}' }),
  replied(
    'a structured reply',
    { status: 200, headers: { 'content-type': 'application/cloudevents+json' }, body: STRUCTURED_REPLY },
    {
      calls: 1,
      headers: { 'ce-id': 'reply-structured', 'content-type': 'application/json' },
      body: '{"structured":true}',
    },
  ),
  replied('a reply without data', reply('next', { body: '' })),
  replied('a reply with status 202', reply('next', { status: 202 })),
  {
    name: 'a reply of its own type is called 255 times, then dead-lettered with 400',
    triggers: [{ name: 'loop', type: 'start', answer: { status: 200, echo: true }, delivery: NEVER_RETRY }],
    publish: START,
    expected: {
      loop: { calls: 255 },
      'loop-dead': {
        calls: 1,
        headers: { 'ce-knativeerrorcode': '400', 'ce-knativeerrordest': /\/default\/[a-z0-9-]+$/ },
      },
    },
  },
  {
    name: 'an incomplete reply is refused at once, and the original is dead-lettered with 400',
    triggers: [
      {
        name: 'subscriber',
        type: 'start',
        answer: {
          status: 200,
          headers: { 'ce-specversion': '1.0', 'content-type': 'application/json' },
          body: '{"x":1}',
        },
        delivery: retries(2),
      },
    ],
    publish: START,
    expected: {
      subscriber: ONCE,
      'subscriber-dead': {
        calls: 1,
        headers: { 'ce-id': 'id-TYPE.start', 'ce-knativeerrorcode': '400' },
        body: '{"n":1}',
      },
    },
  },
];

const ANSWERS: readonly DeliveryCase[] = [
  ...[404, 408, 409, 429, 500, 501, 503, 504].map(retried),
  ...[400, 401, 403, 413, 422, 431, 302].map(notRetried),
  accepted('an empty 200', { status: 200 }),
  accepted('202', { status: 202 }),
  accepted('204', { status: 204 }),
  notAnEvent('text', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'just text' }),
  notAnEvent('JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{"plain":"json"}' }),
  notAnEvent('a blank', { status: 200, body: ' ' }),
  notAnEvent('text and status 202', { status: 202, body: 'just text' }),
  notAnEvent('a broken structured event', {
    status: 200,
    headers: { 'content-type': 'application/cloudevents+json' },
    body: '{"specversion"',
  }),
];

const RETRIES: readonly DeliveryCase[] = [
  {
    name: 'a subscriber that recovers gets the event again and no dead letter is sent',
    triggers: [{ name: 'subscriber', type: 'start', answer: { ...fails(500), times: 2 }, delivery: retries(3) }],
    publish: START,
    expected: { subscriber: { calls: 3 } },
  },
  {
    name: 'linear backoff: at once, then 1x, 2x the delay',
    triggers: [{ name: 'subscriber', type: 'start', answer: fails(500), delivery: retries(3) }],
    publish: START,
    expected: { subscriber: { calls: 4, gapsMs: [0, 300, 600] }, 'subscriber-dead': ONCE },
  },
  {
    name: 'exponential backoff: 1x, 2x, 4x the delay',
    triggers: [
      {
        name: 'subscriber',
        type: 'start',
        answer: fails(503),
        delivery: retries(3, { backoffPolicy: 'exponential', backoffDelay: 'PT0.2S' }),
      },
    ],
    publish: START,
    expected: { subscriber: { calls: 4, gapsMs: [200, 400, 800] }, 'subscriber-dead': ONCE },
  },
  {
    name: 'retries without a backoff come at once',
    triggers: [{ name: 'subscriber', type: 'start', answer: fails(500), delivery: { retry: 2, deadLetter: {} } }],
    publish: START,
    expected: { subscriber: { calls: 3, gapsMs: [0, 0] }, 'subscriber-dead': ONCE },
  },
  {
    name: 'no delivery of its own: the default of the cluster retries',
    triggers: [{ name: 'subscriber', type: 'start', answer: { ...fails(500), times: 2 } }],
    publish: START,
    expected: { subscriber: { calls: 3, gapsMs: [200, 400] } },
  },
  {
    name: 'Retry-After is ignored',
    triggers: [
      {
        name: 'subscriber',
        type: 'start',
        answer: { status: 429, headers: { 'retry-after': '5' }, times: 1 },
        delivery: retries(2),
      },
    ],
    publish: START,
    expected: { subscriber: { calls: 2, gapsMs: [0] } },
  },
  {
    name: 'a time-out is retried, then dead-lettered without error attributes',
    triggers: [
      { name: 'subscriber', type: 'start', answer: { delayMs: 4_000 }, delivery: retries(1, { timeout: 'PT1S' }) },
    ],
    publish: START,
    expected: {
      subscriber: { calls: 2, gapsMs: [800] },
      'subscriber-dead': { calls: 1, headers: { 'ce-knativeerrorcode': null, 'ce-knativeerrordest': null } },
    },
  },
  {
    name: 'a dropped connection is retried, then dead-lettered with 500',
    triggers: [{ name: 'subscriber', type: 'start', answer: { drop: true }, delivery: retries(1) }],
    publish: START,
    expected: { subscriber: { calls: 2 }, 'subscriber-dead': { calls: 1, headers: { 'ce-knativeerrorcode': '500' } } },
  },
  {
    name: 'a refused connection is retried, then dead-lettered with 500',
    triggers: [{ name: 'subscriber', type: 'start', refused: true, delivery: retries(1) }],
    publish: START,
    expected: {
      'subscriber-dead': {
        calls: 1,
        headers: {
          'ce-knativeerrorcode': '500',
          'ce-knativeerrordest': 'http://127.0.0.1:9/',
          'ce-knativeerrordata': /.+/,
        },
      },
    },
  },
  {
    name: 'one slow subscriber does not hold up another event',
    triggers: [
      { name: 'slow', type: 'start', answer: { delayMs: 1_500 } },
      { name: 'fast', type: 'start' },
    ],
    publish: START,
    expected: { slow: ONCE, fast: ONCE },
  },
];

const DEAD_LETTERS: readonly DeliveryCase[] = [
  {
    name: "a dead letter sink's reply is dropped",
    triggers: [
      { name: 'subscriber', type: 'start', answer: fails(500), delivery: { retry: 0, deadLetter: reply('next') } },
      { name: 'second', type: 'next' },
    ],
    publish: START,
    expected: { subscriber: ONCE, 'subscriber-dead': ONCE },
  },
  {
    name: "a dead letter sink's text is a success",
    triggers: [
      {
        name: 'subscriber',
        type: 'start',
        answer: fails(500),
        delivery: retries(1, { deadLetter: { status: 200, body: 'noted' } }),
      },
    ],
    publish: START,
    expected: { subscriber: { calls: 2 }, 'subscriber-dead': ONCE },
  },
  {
    name: 'a dead letter sink that fails is retried like a subscriber',
    triggers: [
      { name: 'subscriber', type: 'start', answer: fails(500), delivery: retries(2, { deadLetter: fails(503) }) },
    ],
    publish: START,
    expected: { subscriber: { calls: 3, gapsMs: [0, 300] }, 'subscriber-dead': { calls: 3, gapsMs: [0, 300] } },
  },
  {
    name: 'a dead letter sink that refuses with 400 is not retried',
    triggers: [
      { name: 'subscriber', type: 'start', answer: fails(500), delivery: retries(2, { deadLetter: fails(400) }) },
    ],
    publish: START,
    expected: { subscriber: { calls: 3 }, 'subscriber-dead': ONCE },
  },
  {
    name: 'an event without a body keeps its attributes as a dead letter',
    triggers: [{ name: 'subscriber', type: 'start', answer: { status: 500 }, delivery: NEVER_RETRY }],
    publish: [{ type: 'start', body: '', attributes: { correlationid: 'c-9' } }],
    expected: {
      subscriber: ONCE,
      'subscriber-dead': { calls: 1, headers: { 'ce-correlationid': 'c-9', 'ce-knativeerrorcode': '500' }, body: '' },
    },
  },
];

const FILTERED: Publication = {
  type: 'start',
  attributes: { subject: 'pod/web-1', correlationid: 'c-1', tier: 'gold' },
};

function filtered(name: string, passes: boolean, filter: Readonly<Record<string, unknown>>): DeliveryCase {
  // The type keeps other cases' events away from filters that would let them pass.
  const own =
    'filters' in filter ? { filters: [{ exact: { type: 'TYPE.start' } }, ...(filter.filters as unknown[])] } : filter;
  return {
    name: `filter ${name}: ${passes ? 'passes' : 'does not pass'}`,
    triggers: [{ name: 'subscriber', filter: own }],
    publish: [FILTERED],
    expected: passes ? { subscriber: ONCE } : {},
  };
}

function byAttributes(name: string, passes: boolean, attributes: Readonly<Record<string, string>>): DeliveryCase {
  return filtered(name, passes, { filter: { attributes: { type: 'TYPE.start', ...attributes } } });
}

const FILTERS: readonly DeliveryCase[] = [
  byAttributes('attributes, all equal', true, { subject: 'pod/web-1', tier: 'gold' }),
  byAttributes('attributes, one differs', false, { subject: 'pod/web-1', tier: 'silver' }),
  byAttributes('attributes, one missing', false, { colour: 'red' }),
  byAttributes("attributes, '' for an extension that is there", true, { tier: '' }),
  byAttributes("attributes, '' for an extension that is missing", false, { colour: '' }),
  byAttributes("attributes, '' for a standard attribute that is there", true, { subject: '' }),
  byAttributes("attributes, '' for a dataschema that is missing", false, { dataschema: '' }),
  byAttributes("attributes, '' for a time that is missing", true, { time: '' }),
  byAttributes('attributes, the content type', true, { datacontenttype: 'application/json' }),
  filtered('exact', true, { filters: [{ exact: { tier: 'gold' } }] }),
  filtered('exact, differs', false, { filters: [{ exact: { tier: 'silver' } }] }),
  filtered('prefix', true, { filters: [{ prefix: { subject: 'pod/' } }] }),
  filtered('prefix, differs', false, { filters: [{ prefix: { subject: 'node/' } }] }),
  filtered('prefix, attribute missing', false, { filters: [{ prefix: { colour: 'r' } }] }),
  filtered('suffix', true, { filters: [{ suffix: { subject: '-1' } }] }),
  filtered('suffix, differs', false, { filters: [{ suffix: { subject: '-2' } }] }),
  filtered('a list needs all', false, { filters: [{ exact: { tier: 'gold' } }, { suffix: { subject: '-2' } }] }),
  filtered('all', true, { filters: [{ all: [{ exact: { tier: 'gold' } }, { suffix: { subject: '-1' } }] }] }),
  filtered('all, one differs', false, {
    filters: [{ all: [{ exact: { tier: 'gold' } }, { suffix: { subject: '-2' } }] }],
  }),
  filtered('any', true, { filters: [{ any: [{ exact: { tier: 'silver' } }, { suffix: { subject: '-1' } }] }] }),
  filtered('any, none fits', false, {
    filters: [{ any: [{ exact: { tier: 'silver' } }, { suffix: { subject: '-2' } }] }],
  }),
  filtered('not', true, { filters: [{ not: { exact: { tier: 'silver' } } }] }),
  filtered('not, it fits', false, { filters: [{ not: { exact: { tier: 'gold' } } }] }),
  filtered('filters override filter', true, {
    filter: { attributes: { type: 'TYPE.elsewhere' } },
    filters: [{ exact: { tier: 'gold' } }],
  }),
];

export const DELIVERIES: readonly DeliveryCase[] = [...CHAINS, ...ANSWERS, ...RETRIES, ...DEAD_LETTERS, ...FILTERS];

/** A request to the ingress and the status it must get. */
export interface IngressCase {
  readonly name: string;
  readonly status: number;
  readonly method?: string;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const SOUND = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/test', 'ce-type': 'ingress.untaken' };
const JSON_TYPE = { 'content-type': 'application/json' };
const STRUCTURED_TYPE = { 'content-type': 'application/cloudevents+json' };
const ENVELOPE = { specversion: '1.0', id: '1', source: '/test', type: 'ingress.untaken' };

function without(attribute: string): Record<string, string> {
  return Object.fromEntries(Object.entries(SOUND).filter(([name]) => name !== attribute));
}

export const INGRESS: readonly IngressCase[] = [
  { name: 'an event that no Trigger wants', status: 202, headers: { ...SOUND, ...JSON_TYPE }, body: '{}' },
  { name: 'an event without data', status: 202, headers: SOUND },
  { name: 'a structured event', status: 202, headers: STRUCTURED_TYPE, body: JSON.stringify(ENVELOPE) },
  { name: 'specversion 0.3', status: 202, headers: { ...SOUND, 'ce-specversion': '0.3' } },
  { name: 'a trailing slash', status: 202, path: '/default/default/', headers: SOUND },
  { name: 'no ce-* header', status: 400, headers: JSON_TYPE, body: '{}' },
  ...['ce-id', 'ce-source', 'ce-type'].map((attribute) => ({
    name: `no ${attribute}`,
    status: 400,
    headers: { ...without(attribute), ...JSON_TYPE },
    body: '{}',
  })),
  { name: 'an empty ce-id', status: 400, headers: { ...SOUND, 'ce-id': '' } },
  { name: 'a ce-time that is not a time', status: 400, headers: { ...SOUND, 'ce-time': 'yesterday' } },
  {
    name: 'a batch',
    status: 400,
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([ENVELOPE]),
  },
  { name: 'broken structured JSON', status: 400, headers: STRUCTURED_TYPE, body: '{"specversion"' },
  {
    name: 'structured without an id',
    status: 400,
    headers: STRUCTURED_TYPE,
    body: JSON.stringify({ ...ENVELOPE, id: undefined }),
  },
  { name: 'a used-up hop limit', status: 400, headers: { ...SOUND, 'ce-knativebrokerttl': '1' } },
  { name: 'GET', status: 405, method: 'GET', headers: {} },
  { name: 'OPTIONS', status: 200, method: 'OPTIONS', headers: {} },
  { name: 'an unknown broker', status: 404, path: '/default/nope', headers: SOUND },
  { name: 'a path of one part', status: 400, path: '/default', headers: SOUND },
  { name: 'a path of three parts', status: 400, path: '/default/default/more', headers: SOUND },
];
