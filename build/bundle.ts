// Bundles each function with its runtime into dist/<name>/, a folder that `func build` takes as it is, and the program
// agent-sre and the console's page beside them. `--out DIR` writes into another folder, without machine code; `--sizes` prints what came out.
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { writeFolders } from './folder.ts';
import { NODE_OPTIONS, scriptOptions } from './options.ts';
import { CONSOLE, FUNCTIONS, LAMBDAS, nodeFlags, PROJECT, ROOT } from './project.ts';
import { compileRunbook } from './runbook.ts';
import { smallOpenTelemetry } from './traces.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, sizes: { type: 'boolean' } } });
const finished = values.out ?? join(ROOT, 'dist');
const dist = join(ROOT, `.dist-${process.pid}`); // renamed once whole: what runs from dist/ never meets half a build
const entries = [...FUNCTIONS, ...LAMBDAS];

try {
  await bundleProgram(); // first: it names the problems of a runbook that the functions cannot be built with
  for (const group of [...FUNCTIONS.map((entry) => [entry]), LAMBDAS])
    if (group.length > 0) await writeFolders(group, dist);
  await bundlePage();
  await bundleConsole();
  if (values.out === undefined) await Promise.all(FUNCTIONS.map(({ name }) => compile(name)));
  writeFileSync(join(dist, '.built'), '');
  rmSync(finished, { recursive: true, force: true });
  renameSync(dist, finished);
} finally {
  rmSync(dist, { recursive: true, force: true });
}
if (values.sizes) for (const { name } of entries) console.log(sizeLine(name));

/** dist/cli/index.mjs, and a chunk for each verb, which is read when it is asked for. */
async function bundleProgram(): Promise<void> {
  // Bundled CommonJS dependencies ask for Node's own modules by require, which an ES module must make itself.
  const js = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";
  await build({
    ...NODE_OPTIONS,
    external: ['onnxruntime-node', 'classic-level'],
    entryPoints: { index: join(ROOT, 'cli/main.ts') },
    format: 'esm',
    splitting: true,
    banner: { js },
    outdir: join(dist, 'cli'),
    outExtension: { '.js': '.mjs' },
    plugins: [smallOpenTelemetry],
  });
}

/** dist/console/: the page, one script and one style sheet, which ask no other server for anything. */
async function bundlePage(): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { app: join(ROOT, 'console/web/main.tsx') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: join(dist, 'console'),
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'icon.svg']) cpSync(join(ROOT, 'console/web', file), join(dist, 'console', file));
}

/** dist/console/ too: the Service that serves the page in a cluster, as an image of its own. */
async function bundleConsole(): Promise<void> {
  const folder = join(dist, CONSOLE.name);
  const hash = compileRunbook(join(folder, 'runbook'), CONSOLE.name);
  await build({
    ...scriptOptions(hash),
    entryPoints: { index: join(ROOT, CONSOLE.module) },
    outdir: folder,
    plugins: [smallOpenTelemetry],
  });
  cpSync(join(ROOT, 'build/start.cjs'), join(folder, 'start.cjs'));
  const start = { name: CONSOLE.name, version: PROJECT.version, private: true, scripts: { start: 'node start.cjs' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(start));
}

/** Lets V8 compile the bundle once, for this Node. An image does it for its own, and there for Lambda functions too. */
async function compile(name: string): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', LOG_LEVEL: 'silent' };
  await promisify(execFile)(process.execPath, [...nodeFlags(name), 'start.cjs', '--compile'], {
    cwd: join(dist, name),
    env,
  });
}

function sizeLine(name: string): string {
  const files = readdirSync(join(finished, name), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => ({ path: file.name, bytes: statSync(join(file.parentPath, file.name)).size }));
  const sum = (test: (path: string) => boolean) =>
    files.filter(({ path }) => test(path)).reduce((all, { bytes }) => all + bytes, 0);
  const parts = {
    code: sum((path) => path.endsWith('.js') || path.endsWith('.cjs')),
    map: sum((path) => path.endsWith('.map')),
    compiled: sum((path) => path === 'index.cache'),
    native: sum((path) => path.endsWith('.node') || path.includes('.so')),
    all: sum(() => true),
  };
  const columns = Object.entries(parts).map(([part, bytes]) => `${part} ${(bytes / 1e6).toFixed(1).padStart(5)} MB`);
  return `${name.padEnd(30)} ${columns.join('  ')}`;
}
