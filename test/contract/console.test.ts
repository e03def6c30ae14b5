/** The console of a cluster, as it is bundled: it records the events that are brought to it, and asks for its token. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { remediationVerified } from '../../shared/events/index.ts';
import { withSignature } from '../../shared/events/signature.ts';
import { newSecret, readKeys } from '../../shared/keys.ts';
import { binary, FROM_BROKER, REQUIRED } from '../support/events.ts';
import { PLAIN, runToExit, startFunction } from '../support/function.ts';
import { startReceiver } from '../support/receiver.ts';
import { remediated, SELECTION } from '../support/records.ts';
import { temporaryFolder } from '../support/terminal.ts';

const TOKEN = 's3cret';
const KNOWN = { authorization: `Bearer ${TOKEN}` };
const PAGE = { 'content-type': 'application/json', 'x-agent-sre-console': '1' };
const APPROVAL = 'v1.keyident.content.mac';
const NOW = new Date();

async function started(more: Readonly<Record<string, string>> = {}) {
  const { url: sink, received } = await startReceiver();
  const folder = temporaryFolder({ token: TOKEN });
  const environment = {
    ...{ RUNBOOK_DIR: PLAIN.RUNBOOK_DIR, K_SINK: sink },
    ...{ CONSOLE_TOKEN_FILE: join(folder, 'token'), CONSOLE_DATA_DIR: join(folder, 'data') },
    ...more,
  };
  const console = await startFunction('console', environment);
  onTestFinished(() => void console.stop());
  const get = async (path: string, headers: Record<string, string> = KNOWN) => {
    const response = await fetch(`${console.url}console/api/${path}`, { headers });
    return { status: response.status, body: (await response.json()) as { total: number; rows: { outcome: string }[] } };
  };
  const bring = (type: string, data: unknown, id: string) =>
    console.send(binary({ type, id, correlationid: 'f.1' }, data, FROM_BROKER));
  return { console, environment, received, get, bring };
}

const asked = {
  ...{ selection: SELECTION, reason: 'suggest', message: 'the policy asks', token: APPROVAL, attempt: 1 },
  expires_at: new Date(NOW.getTime() + 900_000).toISOString(),
};

describe('the console of a cluster', () => {
  it('records what a Trigger brings it, once however often, and answers no event', async () => {
    const { get, bring } = await started();
    for (const [index, { event }] of remediated('f.1', NOW).entries()) {
      for (let times = 0; times < 2; times++) {
        const answer = await bring(event?.type ?? '', event?.data, String(index));
        expect([answer.status, answer.text]).toEqual([204, '']);
      }
    }
    expect((await bring('io.homelab.agent-sre.trm.requested', {}, 'x')).status).toBe(204);
    const { body } = await get('decisions');
    expect(body).toMatchObject({ total: 1, rows: [{ outcome: 'verified', records: 3 }] });
    expect((await get('decisions/f.1')).body).toMatchObject({ runbook: { explanation: { entry: {} } } });
  });

  it('records what a stranger makes up as a rejection where the functions sign, and believes what they have signed', async () => {
    const folder = temporaryFolder({ key: newSecret() });
    const keyFile = join(folder, 'key');
    const { console, get } = await started({ SIGNING_KEY_FILE: keyFile });
    const keys = () => readKeys('SIGNING_KEY_FILE', keyFile);
    const attributes = { ...REQUIRED, type: remediationVerified.type, time: NOW.toISOString(), correlationid: 'f.1' };
    const event = { attributes, data: remediationVerified.example };
    const outcomes = async () => (await get('decisions')).body.rows.map(({ outcome }) => outcome);
    await console.send(binary(event.attributes, event.data, FROM_BROKER));
    expect(await outcomes()).toEqual(['rejected']);
    await console.send(binary(withSignature(event, keys).attributes, event.data, FROM_BROKER));
    expect(await outcomes()).toEqual(['verified']);
  });

  it('brings what a person answers into the Broker', async () => {
    const { console, bring, received } = await started();
    await bring('io.homelab.agent-sre.approval.requested', asked, 'question');
    const answer = { episode: 'f.1', question: 'question', answer: 'granted', approver: 'mira' };
    const headers = { ...KNOWN, ...PAGE };
    const response = await fetch(`${console.url}console/api/approvals`, {
      ...{ method: 'POST', headers, body: JSON.stringify(answer) },
    });
    expect(response.status).toBe(202);
    expect(received[0]).toMatchObject({
      headers: { 'ce-type': 'io.homelab.agent-sre.approval.granted' },
      body: { token: APPROVAL, approver: 'mira' },
    });
  });

  it('shows its page to everyone and the record to nobody without the token, and does not start without one', async () => {
    const { console, environment, get } = await started();
    expect((await get('decisions', {})).status).toBe(401);
    expect((await get('decisions', { authorization: 'Bearer guess' })).status).toBe(401);
    expect(await get('decisions?limit=abc')).toMatchObject({
      status: 400,
      body: { why: expect.stringMatching(/^limit must be/) },
    });
    const page = await fetch(console.url, { redirect: 'follow' });
    expect(await page.text()).toContain('agent-sre');
    const { code, log } = await runToExit('console', { ...environment, CONSOLE_TOKEN_FILE: '' });
    expect([code, log[0]?.code]).toEqual([78, 'ASRE_CONFIG_INVALID']);
    expect(await console.stop()).toBe(0);
  });
});
