import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { episodeOf, parseAlert } from '../../../../shared/alert/alert.ts';
import { asciiAttribute } from '../../../../shared/cloudevents/attributes.ts';
import { toBinary } from '../../../../shared/cloudevents/write.ts';
import { buildEvent, type Draft, eventId } from '../../../../shared/events/envelope.ts';
import { trmRequested } from '../../../../shared/events/index.ts';

const alert = parseAlert({ labels: { alertname: 'A' }, startsAt: '2026-11-23T02:31:00Z' });
const draft: Draft = { definition: trmRequested, data: { alert, attempts: [] }, episode: episodeOf(alert) };
const now = new Date('2026-11-23T03:00:00Z');

describe('buildEvent', () => {
  it('builds the same id on a retry, whatever the time is', () => {
    const later = new Date(now.getTime() + 5_000);
    const [first, again] = [now, later].map((at) => buildEvent(draft, { id: 'c', hop: 1 }, 'x', at).attributes);
    expect(again).toEqual({ ...first, time: later.toISOString() });
  });

  it.each([
    ['type', eventId('t', 'c', 'k'), eventId('u', 'c', 'k')],
    ['episode', eventId('t', 'c', 'k'), eventId('t', 'd', 'k')],
    ['key', eventId('t', 'c', 'k'), eventId('t', 'c', 'l')],
    ['border between them', eventId('t', 'c"', 'k'), eventId('t', 'c', '"k')],
  ])('gives another id to another %s', (_, one, other) => {
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(one).not.toBe(other);
  });

  it('counts the hop, starting at none for a webhook', () => {
    expect(buildEvent(draft, { hop: -1 }, 'x', now).attributes).toMatchObject({ hop: '0' });
    expect(buildEvent(draft, { hop: 4, id: 'c' }, 'x', now).attributes).toMatchObject({ hop: '5', causationid: 'c' });
  });

  it('lets extensions of the draft stand beside its own', () => {
    const { attributes } = buildEvent(
      { ...draft, subject: 'ns/ü', extensions: { lambdafunction: 'f' } },
      { hop: 0 },
      'x',
      now,
    );
    expect(attributes).toMatchObject({ subject: 'ns/%C3%BC', lambdafunction: 'f', source: '/agent-sre/x' });
  });
});

describe('asciiAttribute', () => {
  it.each([
    ['plain/name-1.2_3~', 'plain/name-1.2_3~'],
    ['a b', 'a%20b'],
    ['ü', '%C3%BC'],
    ['日本', '%E6%97%A5%E6%9C%AC'],
    ['😀', '%F0%9F%98%80'],
    ['a\r\nce-type: x', 'a%0D%0Ace-type:%20x'],
    ['\u007f\u0000', '%7F%00'],
    ['', ''],
  ])('%j: %j', (value, expected) => {
    expect(asciiAttribute(value)).toBe(expected);
  });

  it('makes of any text a header value', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    const property = fc.property(anything, (text) => {
      expect(asciiAttribute(text)).toMatch(/^[\x21-\x7e]*$/);
    });
    fc.assert(property);
  });
});

describe('toBinary', () => {
  it('puts attributes into headers, the media type into its own', () => {
    const { headers, body } = toBinary({
      attributes: { id: '1', datacontenttype: 'application/json' },
      data: { a: 'ü' },
    });
    expect(headers).toEqual({ 'ce-id': '1', 'content-type': 'application/json' });
    expect(body).toBe('{"a":"ü"}');
  });
});
