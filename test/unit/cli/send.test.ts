import { describe, expect, it } from 'vitest';
import { binaryHeaders } from '../../../shared/cloudevents/write.ts';
import { startReceiver } from '../../support/receiver.ts';
import { NOW, run, temporaryFile } from '../../support/terminal.ts';

const alert = { labels: { alertname: 'Watchdog' }, annotations: { summary: 'ok' } };
const event = {
  specversion: '1.0',
  id: 'a-1',
  source: '/test',
  type: 'io.homelab.prometheus.alert.fired',
  subject: 'straße 1',
  data: alert,
};

describe('send', () => {
  it('posts a notification as it is', async () => {
    const { url, received } = await startReceiver();
    const notification = { version: '4', groupKey: '{}', alerts: [alert], unknown: [1] };
    const { exitCode, out } = await run(['send', temporaryFile('group.json', notification), '--to', url]);
    expect(received).toMatchObject([
      { path: '/', body: notification, headers: { 'content-type': 'application/json' } },
    ]);
    expect(received[0]?.headers).not.toHaveProperty('authorization');
    expect([exitCode, out]).toEqual([0, `${url}/ answers 202, accepted`]);
  });

  it.each([
    ['that says nothing of its state', alert, { ...alert, status: 'firing', startsAt: NOW.toISOString() }],
    [
      'with state and start',
      { ...alert, status: 'resolved', startsAt: '2026-01-01T00:00:00Z' },
      { ...alert, status: 'resolved', startsAt: '2026-01-01T00:00:00Z' },
    ],
  ])('wraps one alert %s into a notification', async (_, given, sent) => {
    const { url, received } = await startReceiver();
    await run(['send', '-', '--to', url], { stdin: JSON.stringify(given) });
    expect(received[0]?.body).toMatchObject({ version: '4', status: sent.status, alerts: [sent] });
  });

  it('sends an event in binary mode, attributes in ASCII', async () => {
    const { url, received } = await startReceiver();
    await run(['send', '-', '--to', url], { stdin: JSON.stringify(event) });
    expect(received[0]?.body).toEqual(alert);
    expect(received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'a-1',
      'ce-type': event.type,
      'ce-subject': 'stra%C3%9Fe%201',
    });
  });

  it('names the type of an event in the answer', async () => {
    const { url } = await startReceiver(() => ({
      status: 200,
      headers: binaryHeaders({ specversion: '1.0', id: '1', source: '/s', type: 'a.b' }, undefined),
      body: '{}',
    }));
    const { out } = await run(['send', '-', '--to', url], { stdin: JSON.stringify(event) });
    expect(out).toBe(`${url}/ answers 200, with a.b`);
  });

  it('sends the token of a file', async () => {
    const { url, received } = await startReceiver();
    const token = temporaryFile('token', 's3cret\n');
    await run(['send', '-', '--to', url, '--token-file', token], { stdin: JSON.stringify(alert) });
    expect(received[0]?.headers.authorization).toBe('Bearer s3cret');
  });

  it('fails with what the receiver says', async () => {
    const body = 'ASRE_UNAUTHORIZED: the webhook needs a credential. Set it.\nmore\n';
    const { url } = await startReceiver(() => ({ status: 401, body }));
    const { exitCode, err } = await run(['send', '-', '--to', url], { stdin: JSON.stringify(alert) });
    expect(err).toBe(`agent-sre: ${url}/ answers 401: ASRE_UNAUTHORIZED: the webhook needs a credential. Set it.`);
    expect(exitCode).toBe(1);
  });

  it('fails in one line where nobody listens', async () => {
    const { exitCode, err } = await run(['send', '-', '--to', 'http://127.0.0.1:9'], { stdin: JSON.stringify(alert) });
    expect(err).toMatch(
      /^agent-sre: http:\/\/127\.0\.0\.1:9\/ gave no answer: .+ \(start it with npm start, or use --to\)$/,
    );
    expect(exitCode).toBe(1);
  });

  const api = { ...alert, status: { state: 'active' } };
  const type = 'io.homelab.agent-sre.event.rejected';
  const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/test', 'ce-type': type };
  const rejected = { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body: '{}' };
  const selection = { alert, lambda_function: 'pod-restart' };
  it.each([
    ["an alert of Alertmanager's API", api, 'standard input holds an alert as an API shows it (send one notification'],
    ['a list of them', [api, api], 'standard input holds 2 alerts or events (send one notification, one alert {'],
    ['an alert without a name', { labels: {} }, 'standard input: alerts[0]: labels.alertname is missing (Send labels'],
    ['an empty notification', { alerts: [] }, 'there is no alert in the notification'],
    [
      'an event whose data does not fit its type',
      { ...event, data: {} },
      'standard input: labels.alertname is missing',
    ],
    [
      'a selection without parameters',
      { ...event, type: 'io.homelab.agent-sre.remediation.selected', data: selection },
      "standard input: data must have required property 'parameters'",
    ],
  ])('says what to send instead of %s', async (_, given, message) => {
    const { url, received } = await startReceiver();
    const { exitCode, err } = await run(['send', '-', '--to', url], { stdin: JSON.stringify(given) });
    expect(err.split('\n')).toHaveLength(1);
    expect(err).toContain(`agent-sre: ${message}`);
    expect([exitCode, received]).toEqual([2, []]);
  });

  it('fails where the answer is a rejection', async () => {
    const { url } = await startReceiver(() => rejected);
    const { exitCode, err } = await run(['send', '-', '--to', url], { stdin: JSON.stringify(event) });
    expect([exitCode, err]).toEqual([1, `agent-sre: ${url}/ answers 200 with ${type}: {}`]);
  });
});
