// Makes a fresh clone ready: installs the dependencies where they are missing or old, and with --bundle builds dist/ where
// a source is newer. Needs nothing but Node and npm.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = [
  'build',
  'functions',
  'lambdas',
  'shared',
  'broker',
  'processes',
  'eventing',
  'cli',
  'console',
  'runbook',
  'models',
  'training/data',
  'training/gemma/instances.ts',
  'triggers',
  'func.yaml',
  'package-lock.json',
];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`agent-sre needs Node 20.19 or newer; this is ${process.versions.node}`);
}
if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  console.error('installing dependencies (npm ci) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
if (process.argv.includes('--bundle') && modified('dist/.built') < Math.max(...SOURCES.map(newest))) {
  run(process.execPath, ['--import', 'tsx', join(root, 'build/bundle.ts')]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error || status !== 0) fail(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** The last change of a path in milliseconds, 0 where it is missing. */
function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The last change of anything in a folder, or of a file. */
function newest(path) {
  if (!existsSync(join(root, path))) return 0;
  if (!statSync(join(root, path)).isDirectory()) return modified(path);
  const files = readdirSync(join(root, path), { recursive: true });
  return Math.max(modified(path), ...files.map((file) => modified(join(path, file))));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
