import { describe, expect, it } from 'vitest';
import { checkHop, isEventRequest, parseIncoming, type RawRequest } from '../../../shared/serve/incoming.ts';

const attributes = { specversion: '1.0', id: '1', source: '/s', type: 't' };

function request(changes: Partial<RawRequest> = {}): RawRequest {
  const body = Buffer.from('{"a": 1}');
  return { method: 'POST', headers: {}, attributes, contentType: 'application/json', body, ...changes };
}

function structured(event: unknown): RawRequest {
  const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  return request({ attributes: {}, contentType: 'application/cloudevents+json; charset=utf-8', body });
}

describe('parseIncoming', () => {
  it('reads binary mode', () => {
    const event = parseIncoming(request());
    expect(event).toMatchObject({ id: '1', source: '/s', type: 't', hop: 0, prefersReply: false, fromBroker: false });
    expect(event.readData()).toEqual({ a: 1 });
  });

  it.each([
    ['data', { ...attributes, data: { a: 1 } }, { a: 1 }],
    ['data that is text', { ...attributes, data: 'x' }, 'x'],
    ['data_base64', { ...attributes, data_base64: Buffer.from('{"a":1}').toString('base64') }, { a: 1 }],
    ['no data', attributes, undefined],
  ])('reads structured mode with %s', (_, event, data) => {
    expect(parseIncoming(structured(event)).readData()).toEqual(data);
  });

  it('reads attributes of other types as text, and leaves out what no attribute can be', () => {
    const event = { ...attributes, id: 7, flag: true, thing: {}, nothing: null, MyExt: 'x' };
    expect(parseIncoming(structured(event)).attributes).toEqual({ ...attributes, id: '7', flag: 'true', MyExt: 'x' });
  });

  it.each([
    ['2026-11-23T02:31:07Z', '2026-11-23T02:31:07Z'],
    ['noon', undefined],
    [undefined, undefined],
  ])('takes the time %j for %j: none is made up', (time, expected) => {
    const all = time === undefined ? attributes : { ...attributes, time };
    expect(parseIncoming(request({ attributes: all })).time).toBe(expected);
  });

  it.each([
    [undefined, 0],
    ['3', 3],
    ['-1', 0],
    ['1.5', 0],
    ['many', 0],
    ['', 0],
  ])('reads the hop %j as %i', (hop, expected) => {
    const all = hop === undefined ? attributes : { ...attributes, hop };
    expect(parseIncoming(request({ attributes: all })).hop).toBe(expected);
  });

  it.each([
    ['reply', true],
    ['respond-async, reply', true],
    ['return=minimal', false],
  ])('Prefer: %s: %j', (prefer, expected) => {
    expect(parseIncoming(request({ headers: { prefer } })).prefersReply).toBe(expected);
  });

  it.each([
    ['the header of a broker', { headers: { 'kn-namespace': 'default' } }],
    ['an attribute of a broker', { attributes: { ...attributes, knativeerrordest: 'x' } }],
  ])('knows a delivery by %s', (_, changes) => {
    expect(parseIncoming(request(changes)).fromBroker).toBe(true);
  });

  it('reads the data late: that it is no JSON does not make it no event', () => {
    const event = parseIncoming(request({ body: Buffer.from('{') }));
    expect(() => event.readData()).toThrow(SyntaxError);
  });

  it.each([200, 201])('takes %i levels of data only where it can write them again', (levels) => {
    const body = Buffer.from(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    const read = () => parseIncoming(request({ body })).readData();
    if (levels > 200) expect(read).toThrow(SyntaxError);
    else expect(read).not.toThrow();
  });
});

describe('isEventRequest', () => {
  it.each([
    ['attributes', {}, true],
    ['a structured event', { attributes: {}, contentType: 'application/cloudevents+json' }, true],
    ['a batch', { attributes: {}, contentType: 'application/cloudevents-batch+json' }, true],
    ['plain JSON', { attributes: {} }, false],
  ])('%s', (_, changes, expected) => {
    expect(isEventRequest(request(changes))).toBe(expected);
  });
});

describe('checkHop', () => {
  it.each([
    ['15', false],
    ['16', true],
    ['17', true],
  ])('%s', (hop, throws) => {
    const check = () => checkHop(parseIncoming(request({ attributes: { ...attributes, hop } })));
    if (throws) expect(check).toThrow(expect.objectContaining({ code: 'ASRE_HOP_LIMIT' }));
    else expect(check).not.toThrow();
  });
});
