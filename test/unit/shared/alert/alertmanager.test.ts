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

  it.each([undefined, null, [], 'text', {}, { alerts: {} }, { version: '5', alerts: [] }, { version: 4, alerts: [] }])(
    'refuses %j',
    (body) => {
      expect(() => parseWebhook(body)).toThrow(expect.objectContaining({ code: 'ASRE_WEBHOOK_INVALID' }));
    },
  );
});
