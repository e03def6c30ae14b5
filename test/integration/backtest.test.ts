/** Three days of made-up history in a real Prometheus, and what fires now there and at a real Alertmanager. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Counts, Report } from '../../cli/backtest/report.ts';
import { reportText } from '../../cli/backtest/report-text.ts';
import { ROOT } from '../support/function.ts';
import { NOW, run, temporaryFolder } from '../support/terminal.ts';
import { missingPrograms, type Server, startAlertmanager, startPast } from './prometheus.ts';

const missing = missingPrograms();
const reason = missing.length === 0 ? '' : ` (skipped: apt-get install ${missing.join(' ')})`;

const MINUTE_S = 60;
const HOUR_S = 3_600;
const START_S = NOW.getTime() / 1000 - 72 * HOUR_S;

type Labels = Readonly<Record<string, string>>;
/** A firing: from when and how long, in hours since three days before NOW; since when it is active, if not since its start. */
interface Fired {
  readonly labels: Labels;
  readonly at: number;
  readonly hours: number;
  readonly activeAt?: number;
}

const crash = (pod: string, at: number, namespace = 'shop'): Fired => ({
  labels: { alertname: 'KubePodCrashLooping', namespace, pod, severity: 'warning' },
  ...{ at, hours: 0.2 },
});
const claim = { alertname: 'KubePersistentVolumeFillingUp', namespace: 'shop', persistentvolumeclaim: 'data-0' };
const job = (name: string) => ({ alertname: 'KubeJobFailed', namespace: 'backup', job_name: name });

/** A sample each minute. */
const HISTORY: readonly Fired[] = [
  { labels: { alertname: 'Watchdog', severity: 'none' }, at: 0, hours: 72 },
  // One after the other within an hour, of one Deployment.
  ...['bcdfg', 'hjklm', 'npqrs', 'tvwxz', 'x2x7k'].map((id, index) => crash(`web-7c9f8d5b6-${id}`, 10 + index * 0.22)),
  crash('coredns-5dd5756b68-x2x7k', 12, 'kube-system'),
  // Prometheus was down for two hours: one firing.
  { labels: claim, at: 20, hours: 4 },
  { labels: claim, at: 26, hours: 46, activeAt: 20 },
  ...[0, 1, 2].map((night): Fired => ({ labels: job(`dump-2893412${night}`), at: 2 + 24 * night, hours: 6 })),
  { labels: { alertname: 'NobodyHeardOfThis', zone: 'b' }, at: 30, hours: 0.5 },
  { labels: { alertname: 'NobodyHeardOfThis', zone: 'b' }, at: 32, hours: 0.5 },
  { labels: { alertname: 'CheckoutQueueTooLong', namespace: 'edge', deployment: 'checkout' }, at: 40, hours: 1 },
];

const NOW_FIRING = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'cart-7c9f8d5b6-x2x7k' };

const RULES = [
  { alert: NOW_FIRING.alertname, expr: 'vector(1)', labels: { namespace: 'shop', pod: NOW_FIRING.pod } },
  rule('Watchdog', {}),
  rule('KubePodCrashLooping', { summary: 'Pod {{ $labels.namespace }}/{{ $labels.pod }} restarts {{ $value }} times' }),
  rule('KubePersistentVolumeFillingUp', { summary: 'The claim {{ $labels.persistentvolumeclaim }} fills up' }),
  rule('KubeJobFailed', { summary: 'Job {{ $labels.job_name }} failed' }),
  rule('CheckoutQueueTooLong', {
    lambda_function: 'scale-deployment',
    lambda_parameters: '{"name": "{{ $labels.deployment }}", "replicas": "+2"}',
  }),
];

function rule(alert: string, annotations: Labels) {
  return { alert, expr: 'absent(up) * 0 > 1', annotations };
}

function openMetrics(): string {
  const samples = HISTORY.flatMap(({ labels, at, hours, activeAt = at }) => {
    const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    const from = START_S + at * HOUR_S;
    const times = Array.from({ length: Math.round(hours * 60) }, (_, index) => Math.round(from + index * MINUTE_S));
    return times.map((time) => ({
      firing: `ALERTS{alertstate="firing",${text.join(',')}} 1 ${time}`,
      active: `ALERTS_FOR_STATE{${text.join(',')}} ${Math.round(START_S + activeAt * HOUR_S)} ${time}`,
    }));
  });
  const families = [
    ...['# TYPE ALERTS gauge', ...samples.map(({ firing }) => firing)],
    ...['# TYPE ALERTS_FOR_STATE gauge', ...samples.map(({ active }) => active)],
  ];
  return `${families.join('\n')}\n# EOF\n`;
}

/** The shipped catalogue, policy and situations with a few entries, and one more. */
const SMALL = join(ROOT, 'test/fixtures/runbook-small');
const JOBS = 'alerts: [{ id: job-failed, situation: job-failed, names: [KubeJobFailed], pinned: false }]\n';

/** Every limit of the policy bites once. */
const STRICT = `
protectedNamespaces: [edge]
remediation:
  modes: { disruptive: auto }
  cooldown: 1m
  limits: { target: { triggers: 2, per: 1h } }
  rules: [{ functions: [check-pvc-status], mode: shadow }]
  breaker: { after: 1, within: 2d, open: 3d }
  maintenance: [{ from: 2026-11-20T14:00:00Z, to: 2026-11-20T16:00:00Z }]
`;

/** What becomes of each target: how often it fired, calls, questions, what was kept back. */
type Line = readonly [string, number, number, Counts, Counts];

/** The lines that the page shows. */
const SHOWN = /^What would have been done:\n[^`]*/m
  .exec(readFileSync(join(ROOT, 'docs/what-if.md'), 'utf8'))?.[0]
  .split('\n')
  .filter((line) => line !== '…') ?? ['the page shows no report'];

const PLAYED: readonly [string, string, readonly Line[], readonly string[]][] = [
  [
    'the shipped policy',
    '{}',
    [
      // The alert fires on when it is sent again: a person decides on the next attempt.
      ['job-rerun backup/dump', 3, 3, { ineffective: 3 }, {}],
      ['pod-restart shop/web', 5, 0, { suggest: 3 }, { 'waiting-approval': 2 }],
      ['pod-check-status kube-system/coredns', 1, 1, {}, {}],
      ['check-pvc-status shop/claim:data-0', 1, 1, {}, {}],
      ['scale-deployment edge/checkout', 1, 1, {}, {}],
    ],
    SHOWN,
  ],
  [
    'a strict policy',
    STRICT,
    [
      ['pod-restart shop/web', 5, 2, {}, { rate: 3 }],
      ['job-rerun backup/dump', 3, 1, {}, { breaker: 2 }],
      ['pod-check-status kube-system/coredns', 1, 0, {}, { maintenance: 1 }],
      ['check-pvc-status shop/claim:data-0', 1, 0, {}, { shadow: 1 }],
      ['scale-deployment edge/checkout', 1, 0, {}, { protected: 1 }],
    ],
    [],
  ],
];

describe.skipIf(missing.length > 0)(`with a real Prometheus and Alertmanager${reason}`, () => {
  let past: Server;
  let alertmanager: Server;

  beforeAll(async () => {
    past = await startPast(openMetrics(), [{ name: 'test', rules: RULES }]);
    alertmanager = await startAlertmanager();
    await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels: NOW_FIRING, annotations: { summary: 'The pod restarts' } }]),
    });
  }, 30_000);

  afterAll(async () => {
    await past?.stop();
    await alertmanager?.stop();
  });

  it.each(PLAYED)('backtest plays three days by %s', async (_, policy, lines, shown) => {
    const own = temporaryFolder({ 'policy.yaml': policy, 'alerts/jobs.yaml': JOBS });
    const env = { RUNBOOK_DIR: `${SMALL}:${own}` };
    const args = ['backtest', '--prometheus', past.url, '--since', '3d', '--json'];
    const { out, err, exitCode } = await run(args, { env });
    expect([exitCode, err]).toEqual([0, '']);
    const report = JSON.parse(out) as Report;
    const found = report.targets.map(({ function: name, target, firings, called, asked, suppressed }): Line => {
      return [`${name} ${target}`, firings, called, asked, suppressed];
    });
    expect(found).toEqual(lines);
    for (const line of shown) expect(reportText(report, 160).split('\n')).toContain(line);
    expect(report).toMatchObject({ firings: 14, no_action: 1, unanswered_firings: 2, unreadable: 0 });
    expect(report.unanswered).toMatchObject([{ alert: 'NobodyHeardOfThis', series: 1, firings: 2 }]);
    expect(report.noisiest[0]).toMatchObject({ alert: 'KubePodCrashLooping', series: 6, firings: 6 });
    expect(report.notes).toEqual(['no current rule fires NobodyHeardOfThis: decided without annotations']);
  });

  it('backtest tells it to people, of some alerts too', async () => {
    const args = ['backtest', '--prometheus', past.url, '--since', '3d', '--match', 'namespace="shop"'];
    const { out, exitCode } = await run(args);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^pod-restart +shop\/web +5 +3 +0 +2 rate$/m);
    expect(out).toMatch(/^pod-restart +1 +5 +3 +0 +2 rate$/m);
    expect(out).toMatch(/^The busiest hour began at 2026-11-20 12:00 UTC: 3 alerts fired, 3 calls, 0 questions\.$/m);
    expect(out.split('\n').at(-1)).toMatch(/^6 firings in 3\.0 days: 3 calls, 0 questions to a person, 2 kept back, /);
  });

  it('backtest ends with 1 for a time in which nothing fired', async () => {
    const { exitCode, err } = await run(['backtest', '--prometheus', past.url, '--match', 'severity="nobody"']);
    expect([exitCode, err]).toEqual([1, expect.stringContaining('nothing has fired in that time')]);
  });

  it('backtest plays what fires at Alertmanager', async () => {
    const args = ['backtest', '--alertmanager', alertmanager.url, '--match', 'namespace=~"sh.*"', '--json'];
    const { out } = await run(args);
    expect((JSON.parse(out) as Report).targets).toMatchObject([{ target: 'shop/cart', firings: 1, called: 1 }]);
    const none = await run([...args, '--match', 'namespace="other"']);
    expect([none.exitCode, none.err]).toEqual([1, expect.stringContaining('nothing has fired')]);
  });

  it('decide --from decides on what fires now', async () => {
    const servers = { prometheus: past.url, alertmanager: alertmanager.url };
    const decided = async (name: keyof typeof servers) =>
      (await run(['decide', '--from', name, servers[name], '--expect', 'pod-restart'])).out.split('\n');
    await expect
      .poll(() => decided('prometheus'), { timeout: 10_000 })
      .toContain('KubePodCrashLooping shop/cart-7c9f8d5b6-x2x7k');
    expect(await decided('alertmanager')).toContain('KubePodCrashLooping shop/cart-7c9f8d5b6-x2x7k');
  });
});
