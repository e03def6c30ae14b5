/** Containers on a private network, as the manifests restrict them. By Docker's own command: no image can be pulled here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { type Entry, FUNCTIONS } from '../../build/project.ts';
import { imageOf } from '../../deploy/kubernetes.ts';
import { serviceOf } from '../../deploy/services.ts';
import { freePort, ROOT } from '../support/function.ts';

export const BASE_IMAGE = 'agent-sre-base:24';
export const hasDocker = spawnSync('docker', ['version']).status === 0;

/** Everything that one test has started, by a prefix of its own. */
export interface Cluster {
  /** The address of the embedded broker, from outside. */
  readonly url: string;
  docker(...args: readonly string[]): string;
  /** The container of a function. */
  container(name: string): string;
  remove(): void;
}

/** The five functions, the embedded broker that knows them by name, and `sink`, which logs each event's data as one line. */
export async function startCluster(triggers: string): Promise<Cluster> {
  const prefix = `asre-${process.pid}`;
  const container = (name: string) => `${prefix}-${name}`;
  const started: string[] = [];
  const run = (name: string, ...args: readonly string[]) => {
    started.push(container(name));
    docker(
      'run',
      '--detach',
      '--name',
      container(name),
      '--network',
      prefix,
      '--network-alias',
      name,
      ...RESTRICTED,
      ...args,
    );
  };
  docker('network', 'create', prefix);
  run('sink', BASE_IMAGE, 'node', '-e', SINK);
  for (const entry of FUNCTIONS) {
    run(entry.name, ...limitsOf(entry), ...SETTINGS, imageOf(entry.name));
  }
  const port = await freePort();
  const services = FUNCTIONS.flatMap(({ name }) => ['--service', `${name}=http://${name}:8080/`]);
  const mounts = ['--volume', `${ROOT}:/project:ro`, '--volume', `${triggers}:/triggers:ro`];
  const listen = ['--host', '0.0.0.0', '--port', '8080', '--data', '/tmp/data', '--triggers', '/triggers'];
  const program = ['node', '/project/dist/cli/index.mjs', 'run', ...listen, ...services];
  run('broker', '--publish', `127.0.0.1:${port}:8080`, ...mounts, BASE_IMAGE, ...program);
  const remove = () => {
    spawnSync('docker', ['rm', '--force', '--volumes', ...started]);
    spawnSync('docker', ['network', 'rm', prefix]);
  };
  return { url: `http://127.0.0.1:${port}/`, docker, container, remove };
}

export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

// What a SinkBinding sets, and a ledger that needs no other container.
const SETTINGS = ['--env', 'K_SINK=http://broker:8080/default/default', '--env', 'LEDGER_URL=memory:'];
const RESTRICTED = [
  ...['--read-only', '--tmpfs', '/tmp:mode=1777', '--user', '65532:65532', '--cap-drop', 'ALL'],
  ...['--security-opt', 'no-new-privileges'],
];

const SINK = `require('node:http').createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const data = JSON.parse(Buffer.concat(chunks).toString());
  console.log(JSON.stringify({ type: request.headers['ce-type'], data }));
  response.writeHead(204).end();
}).listen(9000)`;

/** The limits that the manifest of a function sets. */
function limitsOf(entry: Entry): string[] {
  const { template } = serviceOf(entry).spec as { template: { spec: { containers: [Container] } } };
  const [{ resources }] = template.spec.containers;
  const { memory, cpu } = resources.limits;
  return ['--memory', memory.replace('Mi', 'm'), '--cpus', cpu];
}

interface Container {
  readonly resources: { readonly limits: { readonly memory: string; readonly cpu: string } };
}
