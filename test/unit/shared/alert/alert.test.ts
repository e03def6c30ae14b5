import { describe, expect, it } from 'vitest';
import { episodeOf, labelValue, parseAlert } from '../../../../shared/alert/alert.ts';

const labels = { alertname: 'A', pod: 'p' };

describe('parseAlert', () => {
  it.each([
    ['labels alone', { labels }, { alertname: 'A', status: 'firing', labels, annotations: {} }],
    ['the name beside the labels', { alertname: 'A', labels: { pod: 'p' } }, { alertname: 'A', labels }],
    ['the name in both: the label counts', { alertname: 'B', labels }, { alertname: 'A', labels }],
    [
      'an empty label name and one beside',
      { alertname: 'B', labels: { alertname: '' } },
      { labels: { alertname: 'B' } },
    ],
    ['severity of the labels', { labels: { ...labels, severity: 'warning' } }, { severity: 'warning' }],
    ['severity beside the labels', { severity: 'page', labels }, { severity: 'page' }],
    [
      'numbers and booleans',
      { labels: { ...labels, n: 5, f: 0.5, b: false } },
      { labels: { ...labels, n: '5', f: '0.5', b: 'false' } },
    ],
    [
      'null as absent',
      { labels: { ...labels, zone: null }, annotations: null, status: null, startsAt: null },
      { labels, annotations: {} },
    ],
    ['resolved', { labels, status: 'resolved' }, { status: 'resolved' }],
    [
      'keys that it does not know',
      { labels, fingerprint: 'f', silenceURL: 'u' },
      { fingerprint: 'f', silenceURL: 'u' },
    ],
    ['common labels of the group', { labels, commonLabels: { n: 1 } }, { commonLabels: { n: '1' } }],
  ])('reads %s', (_, value, expected) => {
    expect(parseAlert(value)).toMatchObject(expected);
  });

  it.each([
    ['nothing', undefined, 'not an object'],
    ['a list', [], 'not an object'],
    ['no name', { labels: { pod: 'p' } }, 'labels.alertname is missing'],
    ['an empty name', { labels: { alertname: '' } }, 'labels.alertname is missing'],
    ['a name that is a list', { alertname: ['A'] }, 'labels.alertname is missing'],
    ['labels that are text', { alertname: 'A', labels: 'pod=p' }, 'labels must be an object'],
    ['a label that is an object', { labels: { ...labels, x: {} } }, 'a value of labels is not text'],
    ['annotations that are a list', { labels, annotations: [] }, 'annotations must be an object'],
    ['an unknown status', { labels, status: 'pending' }, 'status must be firing or resolved'],
    ['a startsAt that is no time', { labels, startsAt: 'noon' }, 'startsAt must be an RFC 3339 time'],
  ])('refuses %s', (_, value, message) => {
    expect(() => parseAlert(value)).toThrow(
      expect.objectContaining({ code: 'ASRE_ALERT_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it('refuses without repeating a value: messages may be sent', () => {
    const secret = { labels: { alertname: 'A', pod: { secret: 'hunter2' } } };
    expect(() => parseAlert(secret)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });

  it.each([
    ['its own', '2026-11-23T01:00:00Z', '2026-11-23T01:00:00Z'],
    ['that of the event', undefined, '2026-11-23T02:00:00Z'],
    ['that of the event for an empty one', '', '2026-11-23T02:00:00Z'],
  ])('takes as startsAt %s', (_, startsAt, expected) => {
    expect(parseAlert({ labels, startsAt }, '2026-11-23T02:00:00Z').startsAt).toBe(expected);
  });

  it('keeps the key __proto__ a plain key', () => {
    const parsed = parseAlert(
      JSON.parse('{"labels": {"alertname": "A", "__proto__": "x"}, "__proto__": {"status": "resolved"}}'),
    );
    expect(parsed.status).toBe('firing');
    expect(Object.entries(parsed.labels)).toContainEqual(['__proto__', 'x']);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });
});

describe('labelValue', () => {
  it.each([
    ['a value', 'pod', 'p'],
    ['undefined for an empty one', 'empty', undefined],
    ['undefined for none', 'node', undefined],
    ['undefined for what every object has', 'constructor', undefined],
  ])('is %s', (_, name, expected) => {
    expect(labelValue({ pod: 'p', empty: '' }, name)).toBe(expected);
  });
});

describe('episodeOf', () => {
  const alert = parseAlert({ labels, startsAt: '2026-11-23T02:31:00.123456789Z' });

  it('names the firing by fingerprint and start', () => {
    const { fingerprint, correlationId } = episodeOf(alert);
    expect(correlationId).toBe(`${fingerprint}.${Date.parse('2026-11-23T02:31:00.123Z')}`);
  });

  it('is the same for the alert when it resolves, and another when it fires again', () => {
    expect(episodeOf({ ...alert, status: 'resolved', endsAt: '2026-11-23T03:00:00Z' })).toEqual(episodeOf(alert));
    expect(episodeOf({ ...alert, startsAt: '2026-11-24T00:00:00Z' })).not.toEqual(episodeOf(alert));
  });

  it('without a start is one for all firings', () => {
    expect(episodeOf(parseAlert({ labels })).correlationId).toMatch(/\.0$/);
  });
});
