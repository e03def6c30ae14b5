import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  binaryHeaders,
  faultOf,
  readEvent,
  structuredBody,
  type WireEvent,
  withAttributes,
} from '../../broker/event.ts';

const NAME = fc
  .stringMatching(/^[a-z0-9]{1,20}$/)
  .filter((name) => !['data', 'datacontenttype'].includes(name) && name !== '__proto__');
const ASCII = fc.stringMatching(/^[!-~]{1,30}$/).filter((text) => !/["%]/.test(text));
const EVENT: fc.Arbitrary<WireEvent> = fc.record({
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
  passed: fc.constant({}),
});

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function eventOf(headers: Record<string, string>, body: Buffer): WireEvent {
  const reading = readEvent(headers, body);
  if (reading.kind !== 'event') throw new Error(reading.kind);
  return reading.event;
}

describe('events on the wire', () => {
  test('binary: what is written is read again', () => {
    fc.assert(fc.property(EVENT, (event) => void expect(eventOf(binaryHeaders(event), event.body)).toEqual(event)));
  });

  test('structured: what is written is read again', () => {
    const type = { 'content-type': 'application/cloudevents+json' };
    fc.assert(fc.property(EVENT, (event) => void expect(eventOf(type, structuredBody(event))).toEqual(event)));
  });

  test('no request makes reading throw', () => {
    const headers = fc.dictionary(fc.constantFrom('content-type', 'ce-specversion', 'ce-id'), fc.string());
    fc.assert(fc.property(headers, fc.uint8Array(), (names, body) => void readEvent(names, Buffer.from(body))));
  });

  test.each([
    ['text that ASCII headers cannot hold', { subject: 'grün "1"' }, { subject: 'gr%C3%BCn %221%22' }],
    ['numbers and booleans', { hop: 3, sure: true }, { hop: '3', sure: 'true' }],
    ['null', { subject: null }, {}],
  ])('structured attributes become header text: %s', (_, context, expected) => {
    const envelope = { specversion: '1.0', id: '1', source: '/s', type: 't', ...context };
    const event = eventOf({ 'content-type': 'application/cloudevents+json' }, Buffer.from(JSON.stringify(envelope)));
    expect(event.attributes).toEqual({ specversion: '1.0', id: '1', source: '/s', type: 't', ...expected });
  });

  test.each([
    ['an upper-case attribute', '{"specversion":"1.0","MyExt":"x"}', /'MyExt' is no attribute name/],
    ['an object as an attribute', '{"specversion":"1.0","ext":{}}', /'ext' is neither text, number nor boolean/],
    ['no object', '[]', /is not a JSON object/],
    ['no JSON', '{', /is not valid JSON/],
  ])('structured, malformed: %s', (_, body, expected) => {
    const reading = readEvent({ 'content-type': 'application/cloudevents+json' }, Buffer.from(body));
    expect(reading).toEqual({ kind: 'malformed', why: expect.stringMatching(expected) });
  });

  test('what is missing is named', () => {
    const event = eventOf({ 'ce-specversion': '1.0', 'ce-type': 't' }, Buffer.alloc(0));
    expect(faultOf(event)).toBe('the event lacks ce-id, ce-source');
    expect(faultOf(withAttributes(event, { id: '1', source: '/s' }))).toBeUndefined();
  });
});
