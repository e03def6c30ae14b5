import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseWebhook } from '../../../../shared/alert/alertmanager.ts';
import { fingerprint } from '../../../../shared/alert/fingerprint.ts';

const RECORDINGS = join(import.meta.dirname, '../../../fixtures/alerts');

describe('parseWebhook', () => {
  it.each(readdirSync(RECORDINGS))('reads %s, each alert with its fingerprint', (file) => {
    const body = JSON.parse(readFileSync(join(RECORDINGS, file), 'utf8'));
    const { alerts, invalid } = parseWebhook(body);
    expect(invalid).toEqual([]);
    expect(alerts).toHaveLength(body.alerts.length);
    for (const alert of alerts)
      expect(alert).toMatchObject({ fingerprint: fingerprint(alert.labels), receiver: body.receiver });
  });

  it('lets the keys of an alert win over those of its group', () => {
    const { alerts } = parseWebhook({ receiver: 'group', alerts: [{ labels: { alertname: 'A' }, receiver: 'own' }] });
    expect(alerts[0]?.receiver).toBe('own');
  });

  it.each([undefined, null, '1', '5', 4, 1, 'v4'])('takes version %j: the fields decide', (version) => {
    expect(parseWebhook({ version, alerts: [{ labels: { alertname: 'A' } }] })).toMatchObject({
      alerts: [{}],
      invalid: [],
    });
  });

  it.each([
    ['its own', 'firing', { status: 'resolved' }, 'resolved'],
    ['its own where that of the group is no word for one', 'partial', { status: 'firing' }, 'firing'],
    ['that of the group where all of it is resolved', 'resolved', { status: 'firing' }, 'resolved'],
    ['that of the group where it has none', 'resolved', {}, 'resolved'],
    ['that of the group where its own is null', 'resolved', { status: null }, 'resolved'],
    ['that of the group where its own is empty', 'Resolved', { status: '' }, 'resolved'],
    ['that of its own state before that of the group', 'firing', { state: 'inactive' }, 'resolved'],
    ['that of the group where its state is no word for one', 'firing', { state: 'CA' }, 'firing'],
    ['firing where nobody says', undefined, {}, 'firing'],
  ])('gives an alert the status: %s', (_, status, keys, expected) => {
    expect(parseWebhook({ status, alerts: [{ labels: { alertname: 'A' }, ...keys }] }).alerts[0]?.status).toBe(
      expected,
    );
  });

  it('refuses more alerts than Alertmanager can write into a body as a whole: each would cost an event', () => {
    const body = (alerts: number) => ({ alerts: Array.from({ length: alerts }, () => ({})) });
    const message = expect.stringContaining('more than 20000 alerts in one notification: set max_alerts');
    expect(() => parseWebhook(body(20_001))).toThrow(
      expect.objectContaining({ code: 'ASRE_WEBHOOK_INVALID', message }),
    );
    expect(parseWebhook(body(20_000)).invalid).toHaveLength(20_000);
  });

  const one = { labels: { alertname: 'A' }, annotations: {} };
  const ofApi = { ...one, status: { state: 'active', silencedBy: [], inhibitedBy: [] } };
  it.each([
    ['an alert of API v2', ofApi, "an alert of Alertmanager's API v2"],
    ['a list of such alerts', [ofApi], "an alert of Alertmanager's API v2"],
    ['what Prometheus sends to Alertmanager', [one], 'a list of alerts, as Prometheus sends it to Alertmanager'],
    ['a single alert', one, 'a single alert'],
    ['an answer of Prometheus', { status: 'success', data: { alerts: [one] } }, 'the HTTP API of Prometheus'],
  ])('says of %s what it is and what to send', (_, body, expected) => {
    const message = expect.stringMatching(new RegExp(`${expected}.*"version": "4", "alerts"`));
    expect(() => parseWebhook(body)).toThrow(expect.objectContaining({ code: 'ASRE_WEBHOOK_INVALID', message }));
  });

  it('names an alert that cannot be used, as far as it can be read', () => {
    const labels = { alertname: 'A', pod: 'p' };
    const { invalid } = parseWebhook({
      alerts: [{ labels, status: 'maybe' }, { labels: { ...labels, x: {} } }, { labels: { pod: 'p' } }, ofApi, 7],
    });
    expect(invalid.map(({ alertname, fingerprint: id }) => [alertname, id])).toEqual([
      ['A', fingerprint(labels)],
      ['A', undefined],
      [undefined, fingerprint({ pod: 'p' })],
      ['A', fingerprint({ alertname: 'A' })],
      [undefined, undefined],
    ]);
  });

  it('rejects an alert alone that is too large together with what it takes over', () => {
    const text = 'x'.repeat(300_000);
    const labels = { alertname: 'Odd' };
    const group = { commonAnnotations: { text }, alerts: [{ labels, annotations: { text } }, { labels }] };
    const { alerts, invalid } = parseWebhook(group);
    expect(alerts).toHaveLength(1);
    expect(invalid.map(({ error }) => error.message)).toEqual(['alerts[0]: more than 500000 characters of JSON']);
  });

  it.each([1_001, 20_000])('rejects an alert of %i labels alone, by its name and fingerprint', (count) => {
    const more = Array.from({ length: count - 1 }, (_, index) => [`label${index}`, 'x']);
    const labels = { alertname: 'Odd', ...Object.fromEntries(more) };
    const { alerts, invalid } = parseWebhook({ alerts: [{ labels }, { labels: { alertname: 'Sound' } }] });
    expect(alerts.map(({ alertname }) => alertname)).toEqual(['Sound']);
    const rejected = { alertname: 'Odd', fingerprint: fingerprint(labels), error: { code: 'ASRE_ALERT_INVALID' } };
    expect(invalid).toMatchObject([rejected]);
  });

  it('tells which alerts cannot be used, and goes on with the others', () => {
    const { alerts, invalid } = parseWebhook({ alerts: [{ labels: { alertname: 'A' } }, { labels: {} }, 7] });
    expect(alerts).toHaveLength(1);
    expect(invalid.map(({ error }) => error.message)).toEqual([
      'alerts[1]: labels.alertname is missing',
      'alerts[2]: the alert is not an object',
    ]);
  });

  it.each([
    [{ truncatedAlerts: 3 }, 3],
    [{}, 0],
    [{ truncatedAlerts: 'many' }, 0],
  ])('counts the alerts that were cut off: %j', (keys, expected) => {
    expect(parseWebhook({ ...keys, alerts: [] }).truncatedAlerts).toBe(expected);
  });

  it.each([undefined, null, [], 'text', {}, { alerts: {} }])('refuses %j', (body) => {
    expect(() => parseWebhook(body)).toThrow(expect.objectContaining({ code: 'ASRE_WEBHOOK_INVALID' }));
  });
});
