/**
 * In the place of Knative Serving and the kubelet, which need a node: each Service of the namespace gets an address, and its
 * container is a process of dist/<name>, with the settings, the secrets and the ServiceAccount of the manifest.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { NAMESPACE } from '../../deploy/kubernetes.ts';
import { startArguments } from '../../processes/start-arguments.ts';
import { untilReady } from '../integration/prometheus.ts';
import { freePort, ROOT } from '../support/function.ts';
import { kubectl, readObjects, waitForAll } from './cluster.ts';

const MOUNTS = '/etc/agent-sre';

export interface Running {
  /** The address of each Service. */
  readonly addresses: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

/** Says in the status of each Service where it is, then starts the ledger and every function of the namespace. */
export async function startServices(folder: string): Promise<Running> {
  const addresses = new Map<string, string>();
  const ports = new Map<string, number>();
  for (const { metadata } of readServices()) {
    const port = await freePort();
    ports.set(metadata.name, port);
    addresses.set(metadata.name, `http://127.0.0.1:${port}`);
  }
  for (const [name, url] of addresses) setAddress(name, url);
  // The Broker waits for the address of its dead letter sink, and a SinkBinding for the Broker's: then each has its K_SINK.
  for (const kind of ['broker', 'sinkbinding']) waitForAll(kind);
  const secrets = writeSecrets(folder);
  const functions = readServices().map((service) =>
    startFunction(service, ports.get(service.metadata.name) ?? 0, folder),
  );
  const children = [startLedger(folder, secrets), ...functions];
  const ended = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
  const stop = async () => {
    for (const child of children) child.kill();
    await Promise.all(ended);
  };
  try {
    for (const [name, url] of addresses) {
      const output = () => readFileSync(join(folder, `${name}.log`), 'utf8');
      await untilReady(`${url}/health/readiness`, output);
    }
    return { addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readServices(): Service[] {
  return readObjects<Service>('--namespace', NAMESPACE, 'services.serving.knative.dev');
}

interface Service {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly [{ readonly env?: readonly Variable[]; readonly args?: readonly string[] }];
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

/** The secrets of the namespace as files: `folder/secrets/<secret>/<key>`. */
function writeSecrets(folder: string): string {
  const secrets = join(folder, 'secrets');
  for (const { metadata, data } of readObjects<Secret>('--namespace', NAMESPACE, 'secrets')) {
    mkdirSync(join(secrets, metadata.name), { recursive: true });
    for (const [key, value] of Object.entries(data))
      writeFileSync(join(secrets, metadata.name, key), Buffer.from(value, 'base64'), { mode: 0o600 });
  }
  return secrets;
}

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

/** Redis as components/valkey starts Valkey, under its name. */
function startLedger(folder: string, secrets: string): ChildProcess {
  const [set] = readObjects<{ spec: { template: { spec: PodSpec } } }>('--namespace', NAMESPACE, 'statefulsets');
  const [, ...args] = set?.spec.template.spec.containers[0].args ?? [];
  const password = readFileSync(join(secrets, 'agent-sre-ledger/password'), 'utf8');
  const options = args.map((arg) => arg.replace('$(PASSWORD)', password));
  appendFileSync('/etc/hosts', '127.0.0.1 valkey\n'); // of the bench's network only
  return start('ledger', 'redis-server', [...options, '--dir', folder], folder, folder, {});
}

function startFunction({ metadata: { name }, spec }: Service, port: number, folder: string): ChildProcess {
  const { containers, serviceAccountName, automountServiceAccountToken } = spec.template.spec;
  const own = (containers[0].env ?? []).map(({ name: setting, value = '' }) => [
    setting,
    value.replace(MOUNTS, join(folder, 'secrets')),
  ]);
  const environment = {
    ...(Object.fromEntries(own) as Record<string, string>),
    ...{ PORT: String(port), K_SERVICE: name },
    ...(automountServiceAccountToken ? { KUBECONFIG: writeKubeconfig(serviceAccountName, folder) } : {}),
  };
  const home = join(ROOT, 'dist', name);
  return start(name, process.execPath, startArguments(home), home, folder, environment);
}

/** A kubeconfig of the ServiceAccount: its token is what the kubelet would mount. */
function writeKubeconfig(account: string, folder: string): string {
  const token = kubectl('--namespace', NAMESPACE, 'create', 'token', account);
  const administrator = parse(readFileSync(process.env.KUBECONFIG ?? '', 'utf8')) as { users: [{ name: string }] };
  const file = join(folder, `${account}.kubeconfig`);
  const users = [{ name: administrator.users[0].name, user: { token } }];
  writeFileSync(file, JSON.stringify({ ...administrator, users }), { mode: 0o600 });
  return file;
}

function start(
  name: string,
  program: string,
  args: readonly string[],
  cwd: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), 'a');
  return spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', log, log],
  });
}

function setAddress(name: string, url: string): void {
  const conditions = [{ type: 'Ready', status: 'True' }];
  const patch = JSON.stringify({ status: { conditions, url, address: { url } } });
  const service = ['services.serving.knative.dev', name, '--subresource=status', '--type=merge'];
  kubectl('--namespace', NAMESPACE, 'patch', ...service, `--patch=${patch}`);
}
