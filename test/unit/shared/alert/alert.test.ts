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
    ['the version as text', { labels, version: 4 }, { version: '4' }],
    ['the version whatever it is', { labels, version: { toString: 1 } }, { version: '{"toString":1}' }],
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
    [
      'an unknown status',
      { labels, status: 'pending' },
      'status, or state where there is none, must be firing or resolved',
    ],
    [
      'a list as its status',
      { labels, status: [{ toString: 1 }] },
      'status, or state where there is none, must be firing or resolved',
    ],
    ['a status of API v2', { labels, status: { state: 'active' } }, "Alertmanager's API v2"],
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

describe('the status', () => {
  const now = new Date('2026-11-23T03:00:00Z');
  const [startsAt, past, future] = ['2026-11-23T02:31:00Z', '2026-11-23T02:41:00Z', '2026-11-23T03:10:00Z'];

  it.each([
    ['Firing', 'firing'],
    [' FIRING ', 'firing'],
    ['alerting', 'firing'],
    ['Resolved', 'resolved'],
    ['RESOLVED', 'resolved'],
    ['ok', 'resolved'],
    ['OK', 'resolved'],
    ['normal', 'resolved'],
  ])('in other words: %j is %s', (status, expected) => {
    expect(parseAlert({ labels, status }).status).toBe(expected);
    expect(parseAlert({ labels, state: status }).status).toBe(expected);
  });

  it('is that of the state only where there is none', () => {
    expect(parseAlert({ labels, status: 'firing', state: 'inactive' }).status).toBe('firing');
    expect(() => parseAlert({ labels, state: 'pending' })).toThrow(
      'status, or state where there is none, must be firing or resolved',
    );
  });

  it.each([
    ['an end that is past', { startsAt, endsAt: past }, 'resolved'],
    ['an end that is past, in other words', { startsAt, endsAt: '1795401660' }, 'resolved'],
    ['an end that is past, of an alert that says it fires', { startsAt, endsAt: past, status: 'firing' }, 'resolved'],
    ['an end that is past, without a start', { endsAt: past }, 'resolved'],
    ['an end to come', { startsAt, endsAt: future }, 'firing'],
    ['no end', { startsAt }, 'firing'],
    ['the zero time of Go', { startsAt, endsAt: '0001-01-01T00:00:00Z' }, 'firing'],
    ['the zero time of Go, without a start', { endsAt: '0001-01-01T00:00:00Z' }, 'firing'],
    ['an end before the start', { startsAt: past, endsAt: startsAt }, 'resolved'],
    ['an end that cannot be read', { startsAt, endsAt: 'soon' }, 'firing'],
  ])('by %s', (_, times, expected) => {
    expect(parseAlert({ labels, ...times }, undefined, now).status).toBe(expected);
  });
});

describe('the start', () => {
  const now = new Date('2026-11-23T02:34:59Z');

  it.each([
    ['the time of arrival, rounded down', undefined, '2026-11-23T02:30:00Z'],
    ['the time of the event, rounded down', '2026-11-23T01:07:00Z', '2026-11-23T01:05:00Z'],
  ])('that cannot be read is %s, and says so', (_, sentAt, startsAt) => {
    expect(parseAlert({ labels, startsAt: 'noon' }, sentAt, now)).toMatchObject({ startsAt, startsAtGuessed: true });
  });

  it('stays guessed where the alert is read again', () => {
    const read = parseAlert({ labels, startsAt: 'noon' }, undefined, now);
    expect(parseAlert(read, undefined, new Date('2026-11-24T00:00:00Z'))).toEqual(read);
  });

  it('that is the zero time of Go is none', () => {
    expect(parseAlert({ labels, startsAt: '0001-01-01T00:00:00Z' }).startsAt).toBeUndefined();
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
    expect(correlationId).toBe(`${fingerprint}.${Date.parse('2026-11-23T02:31:00Z')}`);
  });

  it('is the same for the alert when it resolves, and another when it fires again', () => {
    expect(episodeOf({ ...alert, status: 'resolved', endsAt: '2026-11-23T03:00:00Z' })).toEqual(episodeOf(alert));
    expect(episodeOf({ ...alert, startsAt: '2026-11-24T00:00:00Z' })).not.toEqual(episodeOf(alert));
  });

  const started = (startsAt: string, replica: Record<string, string> = {}) =>
    parseAlert({ labels: { ...labels, ...replica }, startsAt });

  it.each([
    ['starts within the window', '2026-11-23T02:31:00.100Z', '2026-11-23T02:31:29.900Z', true],
    ['starts on both sides of a multiple of it', '2026-11-23T02:31:29.900Z', '2026-11-23T02:31:30.100Z', false],
    ['starts a window apart', '2026-11-23T02:31:00Z', '2026-11-23T02:31:30Z', false],
  ])('%s', (_, one, other, same) => {
    expect(episodeOf(started(one)).correlationId === episodeOf(started(other)).correlationId).toBe(same);
  });

  it.each(['prometheus_replica', 'replica', '__replica__'])('leaves out who reports it: %s', (name) => {
    const [first, second] = ['a', 'b'].map((value) => episodeOf(started('2026-11-23T02:31:00Z', { [name]: value })));
    expect(first?.correlationId).toBe(second?.correlationId);
    expect(first?.identity).toBe(second?.identity);
    expect(first?.fingerprint).not.toBe(second?.fingerprint);
    expect(first?.correlationId).toBe(episodeOf(started('2026-11-23T02:31:00Z')).correlationId);
  });

  it('follows the settings', () => {
    const settings = { EPISODE_IGNORED_LABELS: ['pod'], EPISODE_WINDOW_MS: 0 };
    const { fingerprint: bare } = episodeOf(parseAlert({ labels: { alertname: 'A' } }));
    expect(episodeOf(alert, settings).correlationId).toBe(`${bare}.${Date.parse('2026-11-23T02:31:00.123Z')}`);
  });

  it('without a start is one for all firings', () => {
    expect(episodeOf(parseAlert({ labels })).correlationId).toMatch(/\.0$/);
  });
});
