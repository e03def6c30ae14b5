import { describe, expect, it } from 'vitest';
import { createLimit, createNotify } from '../../../../functions/alert-router/notify.ts';
import { readConfig } from '../../../../shared/config.ts';
import { startReceiver } from '../../../support/receiver.ts';

const message = { text: 'a selection waits' };
const told = { outcome: 'done', reason: 'told' };

function notifyAt(url: string, most = 20, clock = () => 0) {
  return createNotify(readConfig({ APPROVAL_WEBHOOK_URL: url, APPROVAL_WEBHOOK_PER_MINUTE: String(most) }), clock);
}

describe('the webhook of approvals', () => {
  it('gets a message in the form of Slack', async () => {
    const { url, received } = await startReceiver(() => ({ status: 200, body: 'ok' }));
    expect(await notifyAt(`${url}/services/T0/B0/secret`)(message)).toEqual(told);
    expect(received).toMatchObject([
      { path: '/services/T0/B0/secret', body: message, headers: { 'content-type': 'application/json' } },
    ]);
  });

  it.each([429, 500, 403, 302])('that answers %i makes the broker deliver it again', async (status) => {
    const { url } = await startReceiver(() => ({ status, body: 'no_team' }));
    const failure = {
      code: 'ASRE_NOTIFICATION_FAILED',
      message: `APPROVAL_WEBHOOK_URL did not accept: status ${status}`,
    };
    await expect(notifyAt(`${url}/secret`)(message)).rejects.toMatchObject(failure);
  });

  it('is named by nothing that is logged', async () => {
    const failure = { message: 'APPROVAL_WEBHOOK_URL did not accept: ECONNREFUSED' };
    await expect(notifyAt('http://127.0.0.1:9/secret')(message)).rejects.toMatchObject(failure);
    expect(() => notifyAt('ftp://secret')).toThrow('APPROVAL_WEBHOOK_URL must be an http or https URL');
  });

  it('gets no more than its share of a minute, and is told so by the last one', async () => {
    const { url, received } = await startReceiver();
    let now = 0;
    const notify = notifyAt(url, 2, () => now);
    const outcomes = [await notify(message), await notify(message), await notify(message)];
    expect(outcomes).toEqual([told, told, { outcome: 'done', reason: 'too many messages' }]);
    now = 60_000;
    expect(await notify(message)).toEqual(told);
    const note = expect.stringMatching(/^a selection waits\nThere are more than 2 messages/);
    expect(received.map(({ body }) => body)).toEqual([message, { text: note }, message]);
  });

  it('need not be set', async () => {
    expect(await notifyAt('')(message)).toEqual({ outcome: 'done', reason: 'no webhook' });
  });
});

it('createLimit counts the last minute, not the minutes of the clock', () => {
  let now = 0;
  const room = createLimit(2, () => now);
  const left = [0, 59_000, 59_999, 60_000, 118_999, 119_000].map((at) => {
    now = at;
    return room();
  });
  expect(left).toEqual([1, 0, undefined, 0, undefined, 0]);
});
