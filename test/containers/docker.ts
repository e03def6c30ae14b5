/** Containers on a private network, as the manifests restrict them. By Docker's own command: no image can be pulled here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Entry, FUNCTIONS, LAMBDAS } from '../../build/project.ts';
import { serviceOf } from '../../deploy/services.ts';
import { ROOT } from '../support/function.ts';

export const BASE_IMAGE = 'agent-sre-base:24';
export const REDIS_IMAGE = 'agent-sre-redis:7';
export const hasDocker = spawnSync('docker', ['version']).status === 0;

/** What runs: the five functions, a Lambda that finds what its API server knows, and one that does not. */
export const ENTRIES = [
  ...FUNCTIONS,
  ...LAMBDAS.filter(({ name }) => ['scale-deployment', 'job-rerun'].includes(name)),
] as const;
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Everything that one test has started, by a prefix of its own. */
export interface Cluster {
  /** The address of the embedded broker, on the private network. */
  readonly url: string;
  /** The container of this name. */
  container(name: string): string;
  readonly network: string;
  remove(): void;
}

/**
 * The functions and Lambdas with what they need, on a network without a way out: the embedded broker that knows them by name,
 * `valkey` (the ledger), `api` (for Lambdas), and `sink`, which logs each event as one line. `folder` is mounted in parts.
 */
export function startCluster(folder: string): Cluster {
  const network = `asre-${process.pid}`;
  const container = (name: string) => `${network}-${name}`;
  const started: string[] = [];
  const run = (name: string, ...args: readonly string[]) => {
    started.push(container(name));
    const place = ['--name', container(name), '--network', network, '--network-alias', name];
    docker('run', '--detach', ...place, ...args);
  };
  const remove = () => {
    spawnSync('docker', ['rm', '--force', '--volumes', ...started]);
    spawnSync('docker', ['network', 'rm', network]);
  };
  const server = ['node', '/project/test/containers/api-server.mjs'];
  try {
    docker('network', 'create', '--internal', network);
    run('sink', ...RESTRICTED, BASE_IMAGE, 'node', '-e', SINK);
    const mounts = ['--volume', `${folder}/api:/api:ro`, '--volume', `${ROOT}:/project:ro`];
    run('api', ...RESTRICTED, ...mounts, BASE_IMAGE, ...server);
    run('valkey', ...ledgerOptions(folder));
    for (const entry of ENTRIES) run(entry.name, ...optionsOf(entry, folder));
    run('broker', ...RESTRICTED, '--tmpfs', '/tmp:mode=1777', ...brokerOptions(folder));
    return { url: `http://${addressOf(container('broker'))}:8080/`, container, network, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function addressOf(container: string): string {
  return docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container);
}

export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** The memory of a manifest as Docker writes it. */
export function memoryOf(entry: Entry): string {
  return containerOf(entry).resources.limits.memory.replace('Mi', 'm');
}

/** The rights of the containers that no manifest describes: the same. */
const RIGHTS = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
const RESTRICTED = [...RIGHTS, '--user', '65532:65532'];

const SINK = `require('node:http').createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const data = JSON.parse(Buffer.concat(chunks).toString());
  console.log(JSON.stringify({ type: request.headers['ce-type'], subject: request.headers['ce-subject'], data }));
  response.writeHead(204).end();
}).listen(9000)`;

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly resources: { readonly limits: { readonly memory: string; readonly cpu: string } };
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

function containerOf(entry: Entry): Container {
  return (serviceOf(entry).spec as { template: { spec: { containers: [Container] } } }).template.spec.containers[0];
}

/** A container of the manifest: its settings, secrets, limits and rights, and what a SinkBinding or the kubelet would add. */
function optionsOf(entry: Entry, folder: string): string[] {
  const { image, env, resources, securityContext, volumeMounts } = containerOf(entry);
  const mounts = volumeMounts.map(({ name, mountPath }) => `${folder}/secrets/${name}:${mountPath}:ro`);
  const settings = env.map(({ name, value }) => `${name}=${value}`);
  const added =
    entry.kind === 'lambda'
      ? {
          mounts: [`${folder}/account:${ACCOUNT}:ro`],
          settings: ['KUBERNETES_SERVICE_HOST=api', 'KUBERNETES_SERVICE_PORT=6443'],
        }
      : { mounts: [], settings: ['K_SINK=http://broker:8080/default/default'] };
  return [
    ...['--memory', memoryOf(entry), '--memory-swap', memoryOf(entry), '--cpus', cpusOf(resources.limits.cpu)],
    ...(securityContext.readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(securityContext.allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
    ...securityContext.capabilities.drop.flatMap((capability) => ['--cap-drop', capability]),
    ...[...mounts, ...added.mounts].flatMap((mount) => ['--volume', mount]),
    ...[...settings, ...added.settings].flatMap((setting) => ['--env', setting]),
    image,
  ];
}

/** 500m or 1 as Docker writes it. */
function cpusOf(quantity: string): string {
  return quantity.endsWith('m') ? String(Number.parseInt(quantity, 10) / 1000) : quantity;
}

/** As components/valkey has it; its data outlive the container. */
function ledgerOptions(folder: string): string[] {
  return [
    ...[...RIGHTS, '--user', '999:999', '--memory', '128m', '--volume', `${folder}/ledger:/data`, REDIS_IMAGE],
    ...['redis-server', '--dir', '/data', '--appendonly', 'yes', '--appendfsync', 'always'],
    ...['--maxmemory', '96mb', '--maxmemory-policy', 'noeviction'],
    ...['--requirepass', PASSWORD, '--protected-mode', 'no'],
  ];
}

function brokerOptions(folder: string): string[] {
  const services = ENTRIES.flatMap(({ name }) => ['--service', `${name}=http://${name}:8080/`]);
  const listen = ['--host', '0.0.0.0', '--port', '8080', '--data', '/tmp/data', '--triggers', '/triggers'];
  const mounts = ['--volume', `${ROOT}:/project:ro`, '--volume', `${folder}/triggers:/triggers:ro`];
  return [...mounts, BASE_IMAGE, 'node', '/project/dist/cli/index.mjs', 'run', ...listen, ...services];
}

const PASSWORD = 'password-of-the-test';
const KEY = '0123456789abcdef'.repeat(4);
const FILES: Readonly<Record<string, string>> = {
  'secrets/agent-sre-webhook/token': KEY,
  'secrets/agent-sre-signing/keys': KEY,
  'secrets/agent-sre-approval/keys': KEY,
  'secrets/agent-sre-ledger/password': PASSWORD,
  'account/token': 'token-of-the-test',
  'account/namespace': 'agent-sre',
};

/** What the manifests mount, for users that are not the test's. */
export function writeMounts(folder: string): void {
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  makeCertificate(folder);
  mkdirSync(join(folder, 'ledger'));
  chmodSync(join(folder, 'ledger'), 0o777);
  chmodSync(folder, 0o755);
}

/** The API server's, which Lambdas trust as they trust that of their cluster. */
function makeCertificate(folder: string): void {
  const [key, certificate] = [join(folder, 'api/key.pem'), join(folder, 'account/ca.crt')];
  mkdirSync(join(folder, 'api'));
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=api'];
  execFileSync('openssl', [...request, '-addext', 'subjectAltName=DNS:api', '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  chmodSync(key, 0o644);
  copyFileSync(certificate, join(folder, 'api/certificate.pem'));
}
