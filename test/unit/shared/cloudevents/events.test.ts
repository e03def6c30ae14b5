import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHeader, encodeHeader, isTime } from '../../../../shared/cloudevents/attributes.ts';
import {
  BATCH_TYPE,
  CONSUMER,
  type EncodedEvent,
  INTERMEDIARY,
  readBatch,
  readEvent,
  type Strictness,
} from '../../../../shared/cloudevents/read.ts';
import {
  binaryHeaders,
  STRUCTURED_TYPE,
  structuredBody,
  toBatch,
  toBinary,
} from '../../../../shared/cloudevents/write.ts';

const NAME = fc
  .stringMatching(/^[a-z0-9]{1,20}$/)
  .filter((name) => !['data', 'datacontenttype', 'time'].includes(name) && name !== '__proto__');
const ASCII = fc.stringMatching(/^[!-~]{1,30}$/).filter((text) => !/["%]/.test(text));
const EVENT: fc.Arbitrary<EncodedEvent> = fc.record({
  attributes: fc
    .dictionary(NAME, ASCII)
    .map((more) => ({ specversion: '1.0', id: '1', source: '/s', type: 't', ...more })),
  contentType: fc.constantFrom('application/json', 'text/plain', 'application/octet-stream'),
  body: fc.oneof(
    fc.json().map((text) => Buffer.from(JSON.stringify(JSON.parse(text)))),
    // JSON in another spelling (a blank before it) is written in its shortest one, which is the same data.
    fc
      .uint8Array({ minLength: 1 })
      .map((bytes) => Buffer.from(bytes))
      .filter((bytes) => !isJson(bytes)),
  ),
});

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

const STRUCTURED = { 'content-type': STRUCTURED_TYPE };
const CONTEXT = { specversion: '1.0', id: '1', source: '/s', type: 't' };
const HEADERS = binaryHeaders(CONTEXT, undefined);

function eventOf(headers: Record<string, string>, body: Buffer, strictness: Strictness = INTERMEDIARY): EncodedEvent {
  const reading = readEvent(headers, body, strictness);
  if (reading.kind !== 'event') throw new Error(JSON.stringify(reading));
  return reading.event;
}

function structured(event: unknown): Buffer {
  return Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
}

describe.each([
  ['an intermediary', INTERMEDIARY],
  ['a consumer', CONSUMER],
])('%s', (_, strictness) => {
  test('binary: what is written is read again', () => {
    const read = (event: EncodedEvent) =>
      eventOf(binaryHeaders(event.attributes, event.contentType), event.body, strictness);
    fc.assert(fc.property(EVENT, (event) => void expect(read(event)).toEqual(event)));
  });

  test('structured: what is written is read again', () => {
    const read = (event: EncodedEvent) => eventOf(STRUCTURED, structuredBody(event), strictness);
    fc.assert(fc.property(EVENT, (event) => void expect(read(event)).toEqual(event)));
  });

  test('no request makes reading throw', () => {
    const headers = fc.dictionary(fc.constantFrom('content-type', 'ce-specversion', 'ce-id'), fc.string());
    const property = fc.property(headers, fc.uint8Array(), (names, body) => {
      readEvent(names, Buffer.from(body), strictness);
      readEvent(STRUCTURED, Buffer.from(body), strictness);
    });
    fc.assert(property);
  });

  test.each([
    ['no object', '[]', 'json', /is not a JSON object/],
    ['no JSON', '{', 'json', /is not valid JSON/],
    ['nested 20,000 deep', `{"data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'json', /nested deeper than 200/],
    ['too many keys', `{"data":{${Array.from({ length: 1_001 }, (_, i) => `"k${i}":1`)}}}`, 'json', /1000 keys/],
    ['half a surrogate pair', { ...CONTEXT, subject: '\ud800' }, 'attribute', /half a surrogate pair/],
    ['half a surrogate pair as id', { ...CONTEXT, id: 'x\udc00' }, 'attribute', /half a surrogate pair/],
    ['an attribute that is too long', { ...CONTEXT, ext: 'x'.repeat(4_097) }, 'attribute', /longer than 4096/],
    ['an attribute too long as a header', { ...CONTEXT, ext: 'é'.repeat(1_000) }, 'attribute', /longer than 4096/],
    ['specversion 2.0', { ...CONTEXT, specversion: '2.0' }, 'specversion', /the specversion must be 1\.0/],
    ['two required attributes gone', { specversion: '1.0', type: 't' }, 'attribute', /lacks id, source/],
  ])('structured, malformed: %s', (_, event, fault, why) => {
    const reading = readEvent(STRUCTURED, structured(event), strictness);
    expect(reading).toMatchObject({ kind: 'malformed', fault, why: expect.stringMatching(why) });
  });

  test.each([
    ['capitals', { 'content-type': 'Application/CloudEvents+JSON; Charset=UTF-8' }, JSON.stringify(CONTEXT)],
    ['a byte order mark', STRUCTURED, `\ufeff${JSON.stringify(CONTEXT)}`],
  ])('structured, in %s', (_, headers, body) => {
    expect(eventOf(headers, Buffer.from(body), strictness).attributes).toEqual(CONTEXT);
  });

  test.each(['application/cloudevents-batch+json', 'APPLICATION/CLOUDEVENTS-BATCH+JSON'])('a batch: %s', (type) => {
    const reading = readEvent({ 'content-type': type }, Buffer.from('[]'), strictness);
    expect(reading).toMatchObject({ kind: 'malformed', fault: 'batch' });
  });
});

describe('what an intermediary and a consumer treat differently', () => {
  test.each([
    ['text beyond ASCII', { subject: 'grün "1"' }, { subject: 'gr%C3%BCn %221%22' }, { subject: 'grün "1"' }],
    ['a per cent sign', { subject: '5%' }, { subject: '5%25' }, { subject: '5%' }],
    ['numbers and booleans', { hop: 3, sure: true }, { hop: '3', sure: 'true' }, { hop: '3', sure: 'true' }],
    ['null', { subject: null }, {}, {}],
  ])('structured attributes: %s is header text to the one, text to the other', (_, context, header, text) => {
    const body = structured({ ...CONTEXT, ...context });
    expect(eventOf(STRUCTURED, body, INTERMEDIARY).attributes).toEqual({ ...CONTEXT, ...header });
    expect(eventOf(STRUCTURED, body, CONSUMER).attributes).toEqual({ ...CONTEXT, ...text });
  });

  test.each([
    ['gr%C3%BCn', 'grün'],
    ['100%', '100%'],
    ['%FF', '%FF'],
    ['a%20b', 'a b'],
  ])('binary attributes: %s stays, or is %s', (header, text) => {
    const headers = { ...HEADERS, 'ce-subject': header };
    expect(eventOf(headers, Buffer.alloc(0), INTERMEDIARY).attributes.subject).toBe(header);
    expect(eventOf(headers, Buffer.alloc(0), CONSUMER).attributes.subject).toBe(text);
  });

  test.each([
    ['an upper-case attribute', { MyExt: 'x' }, /other characters than a-z and 0-9/],
    ['an object as an attribute', { ext: {} }, /the attribute ext is neither text, number nor boolean/],
    ['a time that is not one', { time: 'yesterday' }, /not an RFC 3339 time/],
  ])('%s is refused, or left out', (_, context, why) => {
    const body = structured({ ...CONTEXT, ...context });
    const refused = { kind: 'malformed', fault: 'attribute', why: expect.stringMatching(why) };
    expect(readEvent(STRUCTURED, body, INTERMEDIARY)).toEqual(refused);
    expect(eventOf(STRUCTURED, body, CONSUMER).attributes).toEqual(CONTEXT);
  });

  test('specversion 0.3 is passed on, and not used', () => {
    const headers = { ...HEADERS, 'ce-specversion': '0.3' };
    expect(readEvent(headers, Buffer.alloc(0), INTERMEDIARY).kind).toBe('event');
    const { id = '', source = '', type = '' } = CONTEXT;
    const unread = { kind: 'malformed', fault: 'specversion', attributes: { id, source, type } };
    expect(readEvent(headers, Buffer.alloc(0), CONSUMER)).toMatchObject(unread);
  });

  test('without ce-specversion other ce-* headers are not an event, or an incomplete one', () => {
    const headers = { 'ce-id': '1' };
    expect(readEvent(headers, Buffer.alloc(0), INTERMEDIARY)).toEqual({ kind: 'none' });
    expect(readEvent(headers, Buffer.alloc(0), CONSUMER)).toMatchObject({ kind: 'malformed', fault: 'attribute' });
  });
});

describe('structuredBody', () => {
  test.each([
    ['JSON', 'application/json', '{"a":1}', { data: { a: 1 } }],
    ['JSON of another name', 'Application/Vnd.Acme+JSON', '[1]', { data: [1] }],
    ['bytes', 'text/plain', 'a', { data_base64: 'YQ==' }],
    ['JSON that is broken', 'application/json', '{', { data_base64: 'ew==' }],
    ['nothing', 'application/json', '', {}],
  ])('writes %s', (_, contentType, body, data) => {
    const event = { attributes: CONTEXT, contentType, body: Buffer.from(body) };
    expect(JSON.parse(structuredBody(event).toString())).toEqual({ ...CONTEXT, datacontenttype: contentType, ...data });
  });

  test('writes JSON that is nested too deep as bytes', () => {
    const body = Buffer.from(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    const written = structuredBody({ attributes: CONTEXT, contentType: 'application/json', body }).toString();
    expect(JSON.parse(written)).toMatchObject({ data_base64: body.toString('base64') });
  });
});

describe('batched mode', () => {
  const LIMIT = 1_000_000;
  const HEADER = fc.string({ minLength: 1, unit: 'binary' }).map(encodeHeader);
  const CLOUD_EVENT = fc.record({
    attributes: fc
      .dictionary(NAME, HEADER)
      .map((more) => ({ ...CONTEXT, datacontenttype: 'application/json', ...more })),
    data: fc.json().map((text): unknown => JSON.parse(text)),
  });

  function read(body: string): ReturnType<typeof readBatch> {
    return readBatch({ 'content-type': BATCH_TYPE }, Buffer.from(body), INTERMEDIARY);
  }

  test('what is written is read again, as binary mode brings it', () => {
    const property = fc.property(fc.array(CLOUD_EVENT, { maxLength: 4 }), (events) => {
      const batched = read(toBatch(events, LIMIT)?.body ?? '');
      const single = events
        .map(toBinary)
        .map(({ headers, body }) => readEvent(headers, Buffer.from(body), INTERMEDIARY));
      expect(batched).toEqual(single);
    });
    fc.assert(property);
  });

  test('an event with more keys than its reader takes costs the others nothing', () => {
    const data = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`key${index}`, index]));
    const events = [
      { attributes: CONTEXT, data },
      { attributes: CONTEXT, data: {} },
    ];
    expect(read(toBatch(events, LIMIT)?.body ?? '')).toMatchObject([{ kind: 'event' }, { kind: 'event' }]);
  });

  test('the limit holds for the whole body', () => {
    const events = [1, 2].map((data) => ({ attributes: CONTEXT, data }));
    const { length } = toBatch(events, LIMIT)?.body ?? '';
    expect(toBatch(events, length)?.body).toHaveLength(length);
    expect(toBatch(events, length - 1)).toBeUndefined();
  });

  test.each([
    ['no JSON', '[', [{ kind: 'malformed', fault: 'json' }]],
    ['no array', '{}', [{ kind: 'malformed', fault: 'json' }]],
    ['no events', '[]', []],
    [
      'one of two without an id',
      JSON.stringify([{ ...CONTEXT, id: '' }, CONTEXT]),
      [{ kind: 'malformed' }, { kind: 'event' }],
    ],
    ['one that is none', '[null]', [{ kind: 'malformed', fault: 'json' }]],
  ])('%s', (_, body, expected) => {
    expect(read(body)).toMatchObject(expected);
  });

  test('is not what another media type says', () => {
    expect(readBatch(STRUCTURED, structured([CONTEXT]), INTERMEDIARY)).toBeUndefined();
  });
});

describe('header values', () => {
  test('of any text are printable ASCII, and decode to it again', () => {
    const property = fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      expect(encodeHeader(value)).toMatch(/^[\x20-\x7e]*$/);
      expect(decodeHeader(encodeHeader(value))).toBe(value);
    });
    fc.assert(property);
  });
});

describe('isTime', () => {
  test.each([
    ['2026-11-23T02:31:07Z', true],
    ['2026-11-23t02:31:07.123456789z', true],
    ['2026-11-23T02:31:07+01:00', true],
    ['2026-11-23 02:31:07Z', false],
    ['2026-11-23', false],
    ['2026-13-23T02:31:07Z', false],
    ['noon', false],
    ['', false],
  ])('%s: %s', (text, expected) => {
    expect(isTime(text)).toBe(expected);
  });
});
