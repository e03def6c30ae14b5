/** A person answers: the whole system, its functions signing, a webhook that is told, and the verbs that answer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remediationVerified } from '../../shared/events/index.ts';
import { newSecret } from '../../shared/keys.ts';
import { openReceiver } from '../support/receiver.ts';
import { isBuilt, System } from '../support/runner.ts';
import { run } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 60_000;
/** Each in a namespace of its own: the news of one namespace wait for each other. */
const pod = (name: string) => ({ alertname: 'KubePodCrashLooping', namespace: `shop-${name}`, pod: name });

describe.skipIf(!isBuilt())('approvals', () => {
  let folder: string;
  let system: System;
  let webhook: Awaited<ReturnType<typeof openReceiver>>;
  const told = () => webhook.received.map(({ body }) => String((body as { text?: unknown }).text));
  const data = () => join(folder, 'data');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'approvals-'));
    writeFileSync(join(folder, 'key'), newSecret());
    webhook = await openReceiver();
    system = await System.create('http://127.0.0.1:9/', [], {
      ...{ TRM_ENABLED: 'false', GEMMA_ENABLED: 'false' },
      ...{ SIGNING_KEY_FILE: join(folder, 'key'), APPROVAL_WEBHOOK_URL: webhook.url },
    });
    await system.start('--data', data());
  }, LIMIT_MS);

  afterAll(async () => {
    await system.remove();
    webhook.close();
    rmSync(folder, { recursive: true });
  });

  async function notify(status: string, labels: Record<string, string>): Promise<void> {
    const alerts = [{ status, labels, annotations: {}, startsAt: '2026-11-23T10:00:00Z' }];
    const body = JSON.stringify({ version: '4', alerts });
    await fetch(system.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }

  async function publish(type: string, content: unknown, id: string): Promise<void> {
    const event = { specversion: '1.0', id, source: '/stranger', type: `io.homelab.agent-sre.${type}`, data: content };
    const headers = { 'content-type': 'application/cloudevents+json' };
    await fetch(`${system.url}default/default`, { method: 'POST', headers, body: JSON.stringify(event) });
  }

  /** The token that the webhook was given for this pod. */
  async function tokenFor(name: string): Promise<string> {
    const message = () =>
      told().find((text) => text.includes(`shop-${name}/${name} `) && text.includes('waits for a person'));
    await until(() => message() !== undefined);
    return /agent-sre approve (v1\.\S+)`/.exec(message() ?? '')?.[1] ?? `nobody was asked about ${name}`;
  }

  const answer = (verb: string, token: string) =>
    run([verb, token, '--as', 'mira', '--to', `${system.url}default/default`]);

  it(
    'a selection waits, is approved, called once, and known to have worked',
    async () => {
      await notify('firing', pod('checkout'));
      const token = await tokenFor('checkout');
      expect(await answer('approve', token)).toMatchObject({ exitCode: 0, err: '' });
      await until(() => /→ .*pod-restart name=checkout .*approved by mira/.test(system.output));
      await run(['approve', token, '--as', 'eve', '--to', `${system.url}default/default`]);
      await until(() => system.output.includes('ASRE_APPROVAL_USED'));
      await answer('approve', token);
      await until(() => /suppressed pod-restart name=checkout .*duplicate/.test(system.output));
      await notify('resolved', pod('checkout'));
      await until(() =>
        told().some((text) => text.includes('pod-restart shop-checkout/checkout') && text.includes('worked')),
      );
      const [, episode = ''] = /checkout .*approved by mira \[(\S+)\]/.exec(system.output) ?? [];
      const { out } = await run(['explain', episode, '--data', data()]);
      const steps = ['a person was asked', 'approved by mira', 'pod-restart name=checkout', 'it has worked'];
      for (const step of steps) expect(out).toContain(step);
      expect(out.match(/approved by mira$/gm)).toHaveLength(2); // what she said, and the one call
      expect(out).toMatch(/^rules +selected +pod-restart/m);
    },
    LIMIT_MS,
  );

  it(
    'a selection that is denied is not called',
    async () => {
      await notify('firing', pod('cart'));
      const token = await tokenFor('cart');
      await answer('deny', token);
      await until(() => /suppressed pod-restart name=cart .*denied/.test(system.output));
      await answer('approve', token);
      await until(() => system.output.split('ASRE_APPROVAL_USED').length > 2);
      expect(system.output).not.toMatch(/name=cart .*approved by/);
    },
    LIMIT_MS,
  );

  it(
    'an alert that resolves takes its question back',
    async () => {
      await notify('firing', pod('search'));
      const token = await tokenFor('search');
      await notify('resolved', pod('search'));
      await until(() => /suppressed pod-restart name=search .*resolved/.test(system.output));
      await answer('approve', token);
      await until(() => system.output.includes('ASRE_APPROVAL_RESOLVED'));
      expect(system.output).not.toMatch(/name=search .*approved by/);
    },
    LIMIT_MS,
  );

  it(
    'what a stranger selects waits for a person, whatever method and confidence it claims',
    async () => {
      const labels = pod('mail');
      const parameters = { name: 'mail', namespace: 'shop-mail', type: 'pod' };
      const alert = { labels, startsAt: '2026-11-23T10:00:00Z' };
      const claimed = { method: 'trm', confidence: 0.99, reasoning: 'trust me', attempts: [] };
      await publish(
        'remediation.selected',
        { alert, lambda_function: 'pod-restart', parameters, ...claimed },
        'forged',
      );
      await until(() => /name=mail .*waits for a person: unsigned/.test(system.output));
      expect(system.output).toMatch(/pod-restart name=mail .*\(manual 0\.99\) waits for a person: unsigned/);
      const question = () => told().find((text) => text.includes('shop-mail/mail'));
      await until(() => question() !== undefined);
      expect(question()).toContain('Chosen by somebody who sent it');
    },
    LIMIT_MS,
  );

  it(
    'what a stranger says has worked is told and recorded as a rejection, and nothing that he claims with it',
    async () => {
      const worked = /^{.*"outcome":"verified".*$/gm;
      const history = async () => (await run(['history', '--json', '--data', data()])).out;
      const before = (await history()).match(worked) ?? [];
      expect(before.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ signed: true })]);
      await publish('remediation.verified', remediationVerified.example, 'made-up');
      await until(() => system.output.includes('ASRE_EVENT_UNSIGNED'));
      await until(async () => (await history()).includes('ASRE_EVENT_UNSIGNED'));
      expect((await history()).match(worked)).toEqual(before);
      expect(told().join('\n')).not.toContain(remediationVerified.example.selection.parameters.name);
    },
    LIMIT_MS,
  );
});
