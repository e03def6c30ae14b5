/**
 * `npm run images`: an image for every function and for the console, from dist/. `--registry NAME --push` puts them where a
 * cluster can pull; `--base IMAGE` takes another image with Node; names of functions build those only.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { CONSOLE, FUNCTIONS, LAMBDAS, nodeFlags, PROJECT, ROOT } from './project.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    registry: { type: 'string', default: 'dev.local/agent-sre' },
    tag: { type: 'string', default: PROJECT.version },
    base: { type: 'string' },
    push: { type: 'boolean', default: false },
  },
});
const all = [...FUNCTIONS, ...LAMBDAS, CONSOLE].map(({ name }) => name);
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) fail(`there is no function ${unknown.join(', ')}; there are ${all.join(', ')}`);

for (const name of positionals.length > 0 ? positionals : all) {
  const image = `${values.registry}/${name}:${values.tag}`;
  docker('build', '--quiet', ...buildArguments(name), '--tag', image, ROOT);
  if (values.push) docker('push', image);
  console.log(image);
}

function buildArguments(name: string): string[] {
  const settings = {
    FUNCTION: name,
    NODE_OPTIONS: nodeFlags(name).join(' '),
    VERSION: values.tag,
    REVISION: spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim(),
    ...(values.base === undefined ? {} : { BASE_IMAGE: values.base }),
  };
  return Object.entries(settings).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
}

function docker(...args: string[]): void {
  const { status, error } = spawnSync('docker', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) fail(`docker ${args[0]} failed${error === undefined ? '' : `: ${error.message}`}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
