/** Debian's prometheus and prometheus-alertmanager, on free ports of loopback with folders of their own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '../support/function.ts';

const PROGRAMS = ['prometheus', 'prometheus-alertmanager'] as const;
const PAST_CONFIG = stringify({ global: { evaluation_interval: '1s' }, rule_files: ['rules.yml'] });
const READY_LIMIT_MS = 60_000;

/** Those of the two that are not installed here. */
export function missingPrograms(): string[] {
  return PROGRAMS.filter((program) => spawnSync(program, ['--version']).status !== 0);
}

/** An alerting rule; `labels` are those of the series, which the annotations may refer to. */
export interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** An Alertmanager that tells nobody. */
export async function startAlertmanager(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'asre-alertmanager-'));
  writeFileSync(
    join(folder, 'config.yml'),
    stringify({ route: { receiver: 'no-one' }, receivers: [{ name: 'no-one' }] }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const alertmanager = launch('prometheus-alertmanager', [
    ...[`--config.file=${folder}/config.yml`, `--storage.path=${folder}/data`],
    ...[`--web.listen-address=${address}`, '--cluster.listen-address='],
  ]);
  return started(alertmanager, address, folder);
}

/** Prometheus with these samples of the past. @param history in the text format of OpenMetrics @param groups of rules */
export async function startPast(history: string, groups: unknown): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'asre-past-'));
  const files = { 'history.txt': history, 'rules.yml': stringify({ groups }), 'prometheus.yml': PAST_CONFIG };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const blocks = ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'history.txt'), join(folder, 'data')];
  const made = spawnSync('promtool', blocks, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`promtool: ${made.stderr}`);
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = launch('prometheus', [
    ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`],
    ...[`--web.listen-address=${address}`, '--storage.tsdb.retention.time=100y'],
  ]);
  return started(prometheus, address, folder);
}

async function started(program: ReturnType<typeof launch>, address: string, folder: string): Promise<Server> {
  await untilReady(`http://${address}/-/ready`, program.output);
  return {
    url: `http://${address}`,
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Monitoring {
  /** Makes these rules fire; those that fired before and are not among them resolve. */
  fire(rules: readonly Rule[]): Promise<void>;
  /** The alerts that Alertmanager has, as its API shows them. */
  alerts(): Promise<readonly { fingerprint: string; labels: Record<string, string> }[]>;
  output(): string;
  stop(): Promise<void>;
}

/** Starts both; every alert goes to `webhook` with the bearer token. */
export async function startMonitoring(webhook: string, token: string): Promise<Monitoring> {
  const folder = mkdtempSync(join(tmpdir(), 'asre-prometheus-'));
  const [prometheus, alertmanager] = [await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const known = new Map<string, Rule>();
  const write = (firing: readonly Rule[]) => {
    for (const rule of firing) known.set(rule.alert, rule);
    const rules = [...known.values()].map((rule) => ruleText(rule, firing.includes(rule)));
    writeFileSync(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'test', rules }] }));
  };
  write([]);
  writeFileSync(join(folder, 'prometheus.yml'), stringify(prometheusConfig(alertmanager ?? '')));
  writeFileSync(join(folder, 'alertmanager.yml'), stringify(alertmanagerConfig(webhook, token)));
  const both = [
    launch('prometheus-alertmanager', [
      ...[`--config.file=${folder}/alertmanager.yml`, `--storage.path=${folder}/alertmanager`],
      ...[`--web.listen-address=${alertmanager}`, '--cluster.listen-address='],
    ]),
    launch('prometheus', [
      ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/prometheus`],
      ...[`--web.listen-address=${prometheus}`, '--web.enable-lifecycle'],
      // After each reload Prometheus finds its Alertmanager anew, which takes it 5 s; alerts of that time are only resent.
      '--rules.alert.resend-delay=1s',
    ]),
  ];
  const output = () => both.map((each) => each.output()).join('\n');
  await untilReady(`http://${alertmanager}/-/ready`, output);
  await untilReady(`http://${prometheus}/-/ready`, output);
  return {
    async fire(rules) {
      write(rules);
      const { ok } = await fetch(`http://${prometheus}/-/reload`, { method: 'POST' });
      if (!ok) throw new Error(`Prometheus did not take the rules:\n${output()}`);
    },
    alerts: async () =>
      (await fetch(`http://${alertmanager}/api/v2/alerts`)).json() as ReturnType<Monitoring['alerts']>,
    output,
    async stop() {
      await Promise.all(both.map((each) => each.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ruleText({ alert, labels, annotations }: Rule, fires: boolean) {
  // The references of an annotation see the labels of the series, not those that the rule adds.
  const series = Object.entries(labels).reduce(
    (inner, [name, value]) => `label_replace(${inner}, ${JSON.stringify(name)}, ${JSON.stringify(value)}, "", "")`,
    'vector(1)',
  );
  return { alert, expr: fires ? series : `${series} < 0`, annotations };
}

function prometheusConfig(alertmanager: string) {
  return {
    global: { evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
  };
}

function alertmanagerConfig(url: string, credentials: string) {
  const http_config = { authorization: { type: 'Bearer', credentials } };
  return {
    route: {
      receiver: 'agent-sre',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
    },
    receivers: [{ name: 'agent-sre', webhook_configs: [{ url, send_resolved: true, http_config }] }],
  };
}

/** Starts one of them. */
export function launch(program: (typeof PROGRAMS)[number], options: readonly string[]) {
  const child: ChildProcess = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { stop, output: () => output };
}

/** Waits until it answers at the URL. */
export async function untilReady(url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`${url} was not ready in time:\n${output()}`);
}
