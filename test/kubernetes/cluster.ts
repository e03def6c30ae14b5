/** A real API server with its etcd and controllers, as processes on free ports: RBAC on, requests in an audit log; no kubelet. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../processes/port.ts';

const HOME = process.env.KN_HOME ?? join(tmpdir(), 'knative-bench');
const BUILD = join(import.meta.dirname, '../knative/bench/build.sh');
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'];
const CONTROLLERS = [
  ...['deployment', 'replicaset', 'statefulset', 'daemonset', 'job', 'disruption'],
  ...['garbage-collector', 'namespace', 'serviceaccount'],
].map((name) => `${name}-controller`);
const START_LIMIT_MS = 120_000;
export const NAMESPACE = 'agent-sre';

/** Why it cannot run here, or undefined. */
export function obstacle(): string | undefined {
  if (PROGRAMS.every((name) => existsSync(program(name)))) return undefined;
  if (process.platform !== 'linux') return 'it needs Linux';
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'Go is not installed';
  }
}

/** Starts everything in a new folder; `stop` ends it and removes the folder. */
export async function startCluster(): Promise<{ readonly folder: string; readonly stop: () => Promise<void> }> {
  if (!PROGRAMS.every((name) => existsSync(program(name)))) execFileSync(BUILD, { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  const [etcd, peer, port, metrics] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const children: ChildProcess[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    makeKeys(folder, port);
    children.push(start(folder, 'etcd', etcdArguments(folder, etcd, peer)));
    children.push(start(folder, 'kube-apiserver', serverArguments(folder, etcd, port)));
    await until('the API server', () => kubectl(folder, 'get', '--raw=/readyz'));
    children.push(start(folder, 'kube-controller-manager', managerArguments(folder, metrics)));
    kubectl(folder, 'create', 'namespace', NAMESPACE);
    kubectl(folder, 'apply', '-f', join(import.meta.dirname, 'crds.yaml'));
    kubectl(folder, 'wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
    return { folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs kubectl as an administrator. */
export function kubectl(folder: string, ...args: string[]): string {
  const all = ['--kubeconfig', adminFile(folder), ...args];
  return execFileSync(program('kubectl'), all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export function adminFile(folder: string): string {
  return join(folder, 'admin.kubeconfig');
}

/** One request of the audit log. */
export interface Audited {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
  /** When it was answered. */
  readonly stageTimestamp: string;
}

/** Every request that a Lambda's ServiceAccount has made so far. */
export function requestsOf(folder: string, account: string): Audited[] {
  return readFileSync(join(folder, 'audit.log'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Audited)
    .filter(({ user }) => user.username === `system:serviceaccount:${NAMESPACE}:${account}`);
}

/** Whether it has changed something: no dry run, and the API server took it. */
export function isWrite({ verb, requestURI, responseStatus }: Audited): boolean {
  const isDone = (responseStatus?.code ?? 500) < 300;
  return isDone && (verb === 'patch' || verb === 'create') && !requestURI.includes('dryRun=All');
}

function program(name: string): string {
  return join(HOME, 'bin', name);
}

function makeKeys(folder: string, port: number): void {
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  execFileSync('openssl', ['genrsa', '-out', join(folder, 'sa.key'), '2048'], { stdio: 'ignore' });
  writeKubeconfig(adminFile(folder), folder, port, token);
  writeFileSync(join(folder, 'port'), String(port));
  // Only what Lambdas do: the rest is the controllers' and the tests' own.
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    rules: [{ level: 'Metadata', userGroups: [`system:serviceaccounts:${NAMESPACE}`] }, { level: 'None' }],
  };
  writeFileSync(join(folder, 'audit-policy.yaml'), JSON.stringify(policy));
  appendFileSync(join(folder, 'audit.log'), '');
}

/** A kubeconfig of somebody with a token. */
export function writeKubeconfig(file: string, folder: string, port: number, token: string): void {
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': join(folder, 'pki/apiserver.crt') };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
    'current-context': 'test',
  };
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
}

function etcdArguments(folder: string, client: number, peer: number): string[] {
  const [clientUrl, peerUrl] = [client, peer].map((port) => `http://127.0.0.1:${port}`);
  return [
    ...[`--data-dir=${join(folder, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
    ...[`--listen-client-urls=${clientUrl}`, `--advertise-client-urls=${clientUrl}`],
    ...[`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`],
    `--initial-cluster=default=${peerUrl}`,
  ];
}

function serverArguments(folder: string, etcd: number, port: number): string[] {
  const key = join(folder, 'sa.key');
  return [
    ...[`--etcd-servers=http://127.0.0.1:${etcd}`, '--bind-address=127.0.0.1', `--secure-port=${port}`],
    ...[`--cert-dir=${join(folder, 'pki')}`, `--token-auth-file=${join(folder, 'tokens.csv')}`],
    ...['--authorization-mode=RBAC', '--service-account-issuer=https://kubernetes.default.svc'],
    ...[`--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`],
    // Pods are made by hand or by controllers here, and no kubelet would give them a token.
    ...['--disable-admission-plugins=ServiceAccount', '--service-cluster-ip-range=10.99.200.0/24', '--profiling=false'],
    ...[`--audit-policy-file=${join(folder, 'audit-policy.yaml')}`, `--audit-log-path=${join(folder, 'audit.log')}`],
    ...['--audit-log-mode=blocking', '--endpoint-reconciler-type=none'],
  ];
}

function managerArguments(folder: string, port: number): string[] {
  return [
    ...[
      `--kubeconfig=${adminFile(folder)}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
    ],
    ...[`--cert-dir=${join(folder, 'pki-manager')}`, `--controllers=${CONTROLLERS.join(',')}`, '--profiling=false'],
    // Its own limit of 20 requests a second would make the controllers of 200 cases wait for minutes.
    ...['--kube-api-qps=500', '--kube-api-burst=1000'],
  ];
}

function start(folder: string, name: string, args: readonly string[]): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child = spawn(program(name), args, { stdio: ['ignore', log, log] });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function until(what: string, succeeds: () => unknown): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    try {
      succeeds();
      return;
    } catch {
      await sleep(500);
    }
  }
  throw new Error(`${what} was not ready after ${START_LIMIT_MS / 1000} s`);
}
