import { describe, expect, it } from 'vitest';
import { checkHop } from '../../../../shared/runtime/handling/handler.ts';
import { isEventRequest, parseIncoming, type RawRequest } from '../../../../shared/runtime/request/incoming.ts';

const attributes = { specversion: '1.0', id: '1', source: '/s', type: 't' };

function binary(all: Record<string, string> = {}, headers: Record<string, string> = {}, body = '{"a": 1}'): RawRequest {
  const prefixed = Object.entries({ ...attributes, ...all }).map(([name, value]) => [`ce-${name}`, value]);
  return { headers: { ...Object.fromEntries(prefixed), ...headers }, body: Buffer.from(body) };
}

function structured(event: unknown): RawRequest {
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
  return { headers, body: Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)) };
}

describe('parseIncoming', () => {
  it('reads binary mode', () => {
    const event = parseIncoming(binary());
    expect(event).toMatchObject({ id: '1', source: '/s', type: 't', hop: 0, prefersReply: false, fromBroker: false });
    expect(event.readData()).toEqual({ a: 1 });
  });

  it.each([
    ['data', { ...attributes, data: { a: 1 } }, { a: 1 }],
    ['data that is text', { ...attributes, data: 'x' }, 'x'],
    ['data_base64', { ...attributes, data_base64: Buffer.from('{"a":1}').toString('base64') }, { a: 1 }],
  ])('reads structured mode with %s', (_, event, data) => {
    expect(parseIncoming(structured(event)).readData()).toEqual(data);
  });

  it('reads attributes of other types as text, and leaves out what no attribute can be', () => {
    const event = { ...attributes, id: 7, flag: true, thing: {}, nothing: null, MyExt: 'x' };
    expect(parseIncoming(structured(event)).attributes).toEqual({ ...attributes, id: '7', flag: 'true' });
  });

  it.each([
    ['2026-11-23T02:31:07Z', '2026-11-23T02:31:07Z'],
    ['noon', undefined],
    ['2026-11-23', undefined],
    [undefined, undefined],
  ])('takes the time %j for %j: none is made up', (time, expected) => {
    expect(parseIncoming(binary(time === undefined ? {} : { time })).time).toBe(expected);
  });

  it.each([
    [undefined, 0],
    ['3', 3],
    ['-1', 0],
    ['1.5', 0],
    ['many', 0],
    ['', 0],
  ])('reads the hop %j as %i', (hop, expected) => {
    expect(parseIncoming(binary(hop === undefined ? {} : { hop })).hop).toBe(expected);
  });

  it.each([
    ['reply', true],
    ['respond-async, reply', true],
    ['Reply;wait=10', true],
    ['return=minimal', false],
    ['noreply', false],
    ['handling="no reply"', false],
  ])('Prefer: %s: %j', (prefer, expected) => {
    expect(parseIncoming(binary({}, { prefer })).prefersReply).toBe(expected);
  });

  it.each([
    ['the header of a broker', binary({}, { 'kn-namespace': 'default' })],
    ['an attribute of a broker', binary({ knativeerrordest: 'x' })],
  ])('knows a delivery by %s', (_, request) => {
    expect(parseIncoming(request).fromBroker).toBe(true);
  });

  it('reads the data late: what is not JSON can still be an event', () => {
    const event = parseIncoming(binary({}, {}, '{'));
    expect(() => event.readData()).toThrow(SyntaxError);
  });

  it('finds no data in structured mode as in binary mode', () => {
    expect(() => parseIncoming(structured(attributes)).readData()).toThrow(SyntaxError);
    expect(() => parseIncoming(binary({}, {}, '')).readData()).toThrow(SyntaxError);
  });

  it.each([200, 201])('takes %i levels of data only where it can write them again', (levels) => {
    const body = `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const read = () => parseIncoming(binary({}, {}, body)).readData();
    if (levels > 200) expect(read).toThrow(SyntaxError);
    else expect(read).not.toThrow();
  });
});

describe('isEventRequest', () => {
  it.each([
    ['attributes', binary().headers, true],
    ['a structured event', { 'content-type': 'application/cloudevents+json' }, true],
    ['a structured event in capitals', { 'content-type': 'Application/CloudEvents+JSON' }, true],
    ['a batch', { 'content-type': 'application/cloudevents-batch+json' }, true],
    ['plain JSON', { 'content-type': 'application/json' }, false],
  ])('%s', (_, headers, expected) => {
    expect(isEventRequest({ headers, body: Buffer.alloc(0) })).toBe(expected);
  });
});

describe('checkHop', () => {
  it.each([
    ['15', false],
    ['16', true],
    ['17', true],
  ])('%s', (hop, throws) => {
    const check = () => checkHop(parseIncoming(binary({ hop })));
    if (throws) expect(check).toThrow(expect.objectContaining({ code: 'ASRE_HOP_LIMIT' }));
    else expect(check).not.toThrow();
  });
});
