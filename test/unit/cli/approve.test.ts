import { describe, expect, it } from 'vitest';
import { issueToken } from '../../../functions/emit-trigger/approvals.ts';
import { binaryHeaders } from '../../../shared/cloudevents/write.ts';
import { approvalGranted, eventRejected } from '../../../shared/events/index.ts';
import { passingKey } from '../../../shared/keys.ts';
import { startReceiver } from '../../support/receiver.ts';
import { NOW, run, temporaryFile } from '../../support/terminal.ts';

const keys = passingKey()();
const tokenUntil = (expiresMs: number) =>
  issueToken({ correlationId: 'c2b1.1763865060000', attempt: 1, selection: 'x', expiresMs }, keys);
const token = tokenUntil(NOW.getTime() + 60_000);
const env = { USER: 'mira' };

describe.each(['approve', 'deny'])('%s', (verb) => {
  const type = `io.homelab.agent-sre.approval.${verb === 'approve' ? 'granted' : 'denied'}`;

  it('brings the token back as an event of its episode', async () => {
    const { url, received } = await startReceiver();
    const ran = await run([verb, token, '--to', url, '--comment', 'the node is replaced'], { env });
    expect(received[0]?.body).toEqual({ token, approver: 'mira', comment: 'the node is replaced' });
    expect(received[0]?.headers).toMatchObject({
      'ce-type': type,
      'ce-source': '/agent-sre/cli',
      'ce-subject': 'c2b1',
      'ce-correlationid': 'c2b1.1763865060000',
    });
    const out = `${url}/ answers 202; what comes of it: agent-sre explain c2b1.1763865060000`;
    expect(ran).toEqual({ exitCode: 0, out, err: '' });
  });

  it('said twice, is the same event', async () => {
    const { url, received } = await startReceiver();
    for (let times = 0; times < 2; times++) await run([verb, token, '--to', url, '--as', 'ann']);
    const [first, second] = received.map(({ headers }) => headers['ce-id']);
    expect(first).toBe(second);
    expect(received[0]?.body).toEqual({ token, approver: 'ann' });
  });

  it('shows the credential that the receiver asks for', async () => {
    const { url, received } = await startReceiver();
    await run([verb, token, '--to', url, '--token-file', temporaryFile('token', 's3cret')], { env });
    expect(received[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret' });
  });

  it.each([
    ['what is no token', ['tok3n'], env, 'not the token of an approval (copy all of it'],
    ['a token that is cut off', [token.slice(0, -3)], env, 'not the token of an approval (copy all of it'],
    ['a token that names no time', [tokenUntil(-1e300)], env, 'not the token of an approval (copy all of it'],
    ['a token that has expired', [tokenUntil(NOW.getTime())], env, 'expired at 2026-11-23T02:31:00.000Z (while the'],
    ['nobody', [token], {}, 'not known who says so (give your name by --as NAME)'],
    ['no token', [], env, `${verb} needs <token>`],
    ['another URL than of http', [token, '--to', 'ftp://x'], env, '--to must be an http or https URL'],
  ])('does not take %s', async (_, args, environment, message) => {
    const { exitCode, err } = await run([verb, ...args], { env: environment });
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    [
      'that it has no credential for',
      401,
      {},
      'ASRE_UNAUTHORIZED: the webhook needs a credential',
      'answers 401: ASRE_',
    ],
    [
      'that rejects the token',
      200,
      binaryHeaders({ specversion: '1.0', id: '1', source: '/s', type: eventRejected.type }, undefined),
      '{"code":"ASRE_APPROVAL_USED"}',
      'event.rejected: {"code":"ASRE_APPROVAL_USED"}',
    ],
  ])('says no to a receiver %s', async (_, status, headers, body, message) => {
    const { url } = await startReceiver(() => ({ status, headers, body }));
    const { exitCode, err } = await run([verb, token, '--to', url], { env });
    expect([exitCode, err]).toEqual([1, expect.stringContaining(message)]);
  });

  it('says where nobody answers', async () => {
    const { exitCode, err } = await run([verb, token, '--to', 'http://127.0.0.1:9'], { env });
    expect([exitCode, err]).toEqual([1, expect.stringContaining('gave no answer')]);
  });
});

it('what approve sends fits the schema of the event', async () => {
  const { url, received } = await startReceiver();
  await run(['approve', `  ${token}\n`, '--to', url], { env });
  expect(approvalGranted.parse(received[0]?.body)).toEqual({ token, approver: 'mira' });
});
