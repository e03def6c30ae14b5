import { describe, expect, it } from 'vitest';
import { startReceiver } from '../../support/receiver.ts';
import { run, temporaryFile } from '../../support/terminal.ts';

const TARGET = { namespace: 'shop', pod: 'checkout-1' };
const crashing = { labels: { alertname: 'KubePodCrashLooping', ...TARGET } };
const watchdog = { labels: { alertname: 'Watchdog' } };
const unknown = { labels: { alertname: 'NobodyKnowsMe' } };
const guarded = { labels: { alertname: 'KubePodCrashLooping', namespace: 'kube-system', pod: 'dns-1' } };
const annotated = { ...crashing, annotations: { lambda_function: 'pod-restart' } };
const annotatedGuarded = { ...guarded, annotations: { lambda_function: 'pod-restart' } };
const optedOut = { ...crashing, annotations: { lambda_function: 'none' } };
const resolved = { ...crashing, status: 'resolved' };

const PREFIX = 'io.homelab.agent-sre.';

async function decideJson(value: unknown, args: readonly string[] = [], env: Record<string, string> = {}) {
  const ran = await run(['decide', '-', '--json', ...args], { stdin: JSON.stringify(value), env });
  const { alerts } = JSON.parse(ran.out) as { alerts: Decided[] };
  return { ...ran, alerts, first: alerts[0] };
}

interface Decided {
  readonly alert: { readonly labels: Record<string, string> };
  readonly attempts: readonly { method: string; outcome: string; reason: string }[];
  readonly outcome: { type: string; source: string; hop: string; data: Record<string, unknown> } | null;
  readonly done?: string;
}

/** The alert; the tiers that voted; the event that ends the chain; the function and the words for people. */
const DECISIONS: readonly [string, unknown, string[], string, string][] = [
  [
    'by rules',
    crashing,
    ['trm', 'gemma', 'rules'],
    'lambda.trigger',
    '→ pod-restart name=checkout-1 namespace=shop type=pod (rules 1.00): restart',
  ],
  [
    'by its annotation',
    annotated,
    ['static'],
    'lambda.trigger',
    '→ pod-restart name=checkout-1 namespace=shop (static 1.00)',
  ],
  [
    'to only look',
    guarded,
    ['trm', 'gemma', 'rules'],
    'lambda.trigger',
    '→ pod-check-status name=dns-1 namespace=kube-system',
  ],
  ['to do nothing', watchdog, ['trm', 'gemma', 'rules'], 'remediation.unresolved', 'no_action: a meta alert'],
  ['by nobody', unknown, ['trm', 'gemma', 'rules'], 'remediation.unresolved', 'abstained: no tier was sure'],
  ['by the opt-out', optedOut, ['static'], 'remediation.unresolved', 'opted_out: the alert is opted out'],
  [
    'but suppressed',
    annotatedGuarded,
    ['static'],
    'remediation.suppressed',
    '→ suppressed pod-restart name=dns-1 namespace=kube-system (static 1.00): protected',
  ],
  ['not at all', { labels: {} }, [], 'event.rejected', 'ASRE_ALERT_INVALID: alerts[0]: labels.alertname is missing'],
];

describe('decide', () => {
  it.each(DECISIONS)('shows an alert that is decided %s', async (_, alert, tiers, type, words) => {
    const { first, exitCode } = await decideJson(alert);
    expect(first?.attempts.map(({ method }) => method)).toEqual(tiers);
    expect(first?.outcome?.type).toBe(`${PREFIX}${type}`);
    expect(exitCode).toBe(type === 'event.rejected' ? 1 : 0);
    const { out } = await run(['decide', '-'], { stdin: JSON.stringify(alert) });
    expect(out.split('\n').at(-1)).toContain(words);
    for (const tier of tiers) expect(out).toMatch(new RegExp(`^${tier} `, 'm'));
  });

  it('shows name, target, votes and end in a table', async () => {
    const { out } = await run(['decide', temporaryFile('alert.json', crashing)]);
    const lines = out.replace(/ +\d+\.\d$/gm, ' N').split('\n');
    expect(lines[0]).toBe('KubePodCrashLooping shop/checkout-1');
    expect(lines[1]).toMatch(/^tier +vote +function +parameters +confidence +entry +reason +ms$/);
    expect(lines[3]).toMatch(/^trm +abstained +model_not_installed N$/);
    expect(lines[5]).toMatch(
      /^rules +selected +pod-restart +name=checkout-1 namespace=shop type=pod +1\.00 +pod-crashes +matched: restart the failing pod N$/,
    );
    expect(lines[6]).toBe(
      '→ pod-restart name=checkout-1 namespace=shop type=pod (rules 1.00): restart the failing pod',
    );
  });

  it('decides every alert of a notification', async () => {
    const notification = { version: '4', alerts: [crashing, watchdog, resolved, { labels: {} }] };
    const { alerts } = await decideJson(notification);
    expect(alerts.map(({ alert, outcome, done }) => [alert?.labels.alertname, outcome?.type ?? done])).toEqual([
      ['KubePodCrashLooping', `${PREFIX}lambda.trigger`],
      ['Watchdog', `${PREFIX}remediation.unresolved`],
      ['KubePodCrashLooping', 'resolved'],
      [undefined, `${PREFIX}event.rejected`],
    ]);
  });

  it('gives the events that the functions would send', async () => {
    const { first } = await decideJson(crashing);
    expect(first?.outcome).toMatchObject({
      source: '/agent-sre/emit-trigger',
      hop: '5',
      lambdafunction: 'pod-restart',
    });
    expect(first?.outcome?.data).toMatchObject({ lambda_function: 'pod-restart', triggered_by: 'rules' });
  });

  it.each([
    ['alert.fired', 'io.homelab.prometheus.alert.fired', crashing, ['trm', 'gemma', 'rules']],
    ['a request', `${PREFIX}rules.requested`, crashing, ['rules']],
    [
      'a selection',
      `${PREFIX}remediation.selected`,
      { alert: crashing, lambda_function: 'pod-restart', parameters: { name: 'checkout-1', namespace: 'shop' } },
      [],
    ],
  ])('lets an event of %s enter where its Trigger would', async (_, type, data, tiers) => {
    const { first } = await decideJson({ specversion: '1.0', id: '1', source: '/test', type, data });
    expect(first?.attempts.map(({ method }) => method)).toEqual(tiers);
    expect(first?.outcome?.type).toBe(`${PREFIX}lambda.trigger`);
  });

  // What each of them shows of one and the same alert.
  const shown = { ...crashing, startsAt: '2026-11-23T02:31:00Z' };
  const apiV2 = { ...shown, status: { state: 'active', inhibitedBy: [], silencedBy: [] }, receivers: [{ name: 'x' }] };
  const { startsAt: activeAt, ...rule } = shown;
  it.each([
    ["Alertmanager's API v2, and amtool", [apiV2]],
    ['one alert of that API', apiV2],
    ["Prometheus' API", { status: 'success', data: { alerts: [{ ...rule, state: 'firing', activeAt, value: '1' }] } }],
    ['a line with one alert', `${JSON.stringify(shown)}\n\n`],
    ['the data of an event', { alert: shown, attempts: [] }],
  ])('takes what is written as %s', async (_, written) => {
    const stdin = typeof written === 'string' ? written : JSON.stringify(written);
    const { alerts } = JSON.parse((await run(['decide', '-', '--json'], { stdin })).out) as { alerts: Decided[] };
    expect(alerts).toMatchObject([
      { alert: { ...shown, status: 'firing' }, outcome: { type: `${PREFIX}lambda.trigger` } },
    ]);
  });

  it('takes several files, and files of several lines', async () => {
    const lines = temporaryFile('alerts.jsonl', `${JSON.stringify(watchdog)}\n${JSON.stringify([apiV2])}\n`);
    const { out, exitCode } = await run(['decide', lines, temporaryFile('alert.json', unknown)]);
    const names = out.split('\n\n').map((part) => part.split('\n')[0]);
    expect(names).toEqual(['Watchdog', 'KubePodCrashLooping shop/checkout-1', 'NobodyKnowsMe']);
    expect(exitCode).toBe(0);
  });

  it('names the line that is not JSON', async () => {
    const { err } = await run(['decide', '-'], { stdin: `${JSON.stringify(watchdog)}\n{"labels":\n` });
    expect(err).toMatch(/^agent-sre: standard input:2 is not JSON: /);
  });

  it('takes no label twice: which of the two counts is not said', async () => {
    const { exitCode, err } = await run(['decide', 'alertname=A', 'pod=a', 'pod=b']);
    expect([exitCode, err]).toEqual([2, 'agent-sre: the label pod is given twice (give each label once)']);
  });

  it('takes the labels of an alert, and what it says', async () => {
    const labels = ['alertname=KubePodCrashLooping', 'namespace=shop', 'pod=checkout-1'];
    const { out } = await run(['decide', ...labels, '--text', 'a=b', '--json']);
    const { alerts } = JSON.parse(out) as { alerts: Decided[] };
    expect(alerts[0]).toMatchObject({ ...{ alert: { ...crashing, annotations: { description: 'a=b' } } } });
    expect(alerts[0]?.outcome?.data).toMatchObject({ lambda_function: 'pod-restart' });
  });

  it('has an alert that is rejected end with 1, and says which', async () => {
    const { exitCode, err } = await run(['decide', '-'], {
      stdin: JSON.stringify({ alerts: [watchdog, { labels: {} }] }),
    });
    expect([exitCode, err]).toEqual([
      1,
      'agent-sre: an alert that cannot be read: rejected: ASRE_ALERT_INVALID: alerts[1]: labels.alertname is missing',
    ]);
  });

  it('has a selection that a person sends be manual', async () => {
    const data = {
      alert: crashing,
      lambda_function: 'pod-restart',
      parameters: { name: 'checkout-1', namespace: 'shop' },
    };
    const event = { specversion: '1.0', id: '1', source: '/test', type: `${PREFIX}remediation.selected`, data };
    const { first } = await decideJson(event);
    expect(first?.outcome?.data).toMatchObject({ triggered_by: 'manual' });
  });

  it('shows an event of another type as one that no function takes', async () => {
    const event = { specversion: '1.0', id: '1', source: '/test', type: 'com.example.other', data: {} };
    const { out } = await run(['decide', '-'], { stdin: JSON.stringify(event) });
    expect(out).toContain('→ com.example.other: no function of the chain takes it');
  });

  it('follows the settings of the functions', async () => {
    const env = { TRM_ENABLED: 'false', GEMMA_ENABLED: 'false', PROTECTED_NAMESPACES: 'shop' };
    const { first } = await decideJson(crashing, [], env);
    expect(first?.attempts.map(({ method, reason }) => `${method} ${reason}`)).toEqual([
      'trm disabled',
      'gemma disabled',
      'rules matched',
    ]);
    expect(first?.outcome?.data.lambda_function).toBe('pod-check-status');
  });

  it('needs no credential of the webhook', async () => {
    const { first } = await decideJson(crashing, [], { WEBHOOK_TOKEN_FILE: '/nowhere' });
    expect(first?.outcome?.type).toBe(`${PREFIX}lambda.trigger`);
  });

  it('prints no control character of an alert', async () => {
    const labels = { ...crashing.labels, pod: 'a\u001b[2Jb\u009b' };
    const { out } = await run(['decide', '-'], { stdin: JSON.stringify({ labels }) });
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

/** Exit codes of --expect, for CI. */
const EXPECTATIONS: readonly [string, unknown, number, string][] = [
  ['pod-restart', crashing, 0, ''],
  ['none', watchdog, 0, ''],
  ['none', annotatedGuarded, 0, ''],
  ['none', resolved, 0, ''],
  ['none', crashing, 1, 'agent-sre: KubePodCrashLooping shop/checkout-1: expected none, decided pod-restart'],
  ['pod-restart', watchdog, 1, 'agent-sre: Watchdog: expected pod-restart, decided none'],
  ['none', { labels: {} }, 1, 'agent-sre: an alert that cannot be read: expected none, decided rejected'],
  [
    'none',
    { alerts: [watchdog, crashing, unknown] },
    1,
    'agent-sre: KubePodCrashLooping shop/checkout-1: expected none',
  ],
];

describe('decide --expect', () => {
  it.each(EXPECTATIONS)('%s of %j ends with %i', async (expected, value, code, diff) => {
    const { exitCode, err } = await run(['decide', '-', '--expect', expected], { stdin: JSON.stringify(value) });
    expect(exitCode).toBe(code);
    expect(err.split('\n')).toHaveLength(1);
    expect(err.startsWith(diff)).toBe(true);
  });
});

const listed = { ...crashing, startsAt: '2026-11-23T02:00:00Z', status: { state: 'active' } };

describe('agent-sre decide --from', () => {
  it.each([
    ['alertmanager', '/api/v2/alerts?silenced=false&inhibited=false', [listed]],
    [
      'prometheus',
      '/api/v1/alerts',
      {
        data: {
          alerts: [
            { ...crashing, state: 'firing' },
            { ...watchdog, state: 'pending' },
          ],
        },
      },
    ],
  ])('decides what fires at an %s', async (server, path, answer) => {
    const { url, received } = await startReceiver(() => ({ status: 200, body: JSON.stringify(answer) }));
    const { exitCode, out } = await run(['decide', '--from', server, url, '--json']);
    const { alerts } = JSON.parse(out) as { alerts: Decided[] };
    expect([exitCode, received[0]?.path]).toEqual([0, path]);
    expect(alerts.map(({ alert }) => alert.labels.alertname)).toEqual(['KubePodCrashLooping']);
  });

  it.each<[string, string[], unknown, number, string]>([
    ['no server of a known kind', ['thanos'], {}, 2, '--from must be alertmanager or prometheus'],
    ['an answer without alerts', ['prometheus'], { data: {} }, 2, 'does not list alerts as prometheus does'],
    ['no alert', ['alertmanager'], [], 1, 'no alert fires at'],
  ])('says so where there is %s', async (_, [server = ''], answer, code, message) => {
    const { url } = await startReceiver(() => ({ status: 200, body: JSON.stringify(answer) }));
    const { exitCode, err } = await run(['decide', '--from', server, url]);
    expect([exitCode, err]).toEqual([code, expect.stringContaining(message)]);
  });
});
