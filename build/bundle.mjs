// Bundles each function with its runtime into dist/<name>/, a folder that `func build` takes as it is, and the program
// agent-sre and the console's page beside them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parse, stringify } from 'yaml';
import { withoutGeneratedApi } from './kubernetes.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const finished = join(root, 'dist');
const dist = join(root, `.dist-${process.pid}`); // renamed once whole: what runs from dist/ never meets half a build
const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const NATIVE_OF = {
  'trm-reason': ['onnxruntime-node'],
  'gemma-fallback': ['onnxruntime-node'],
  'emit-trigger': ['classic-level'],
};
const ENTRIES_OF = {
  'alert-router': 'pinned',
  'trm-reason': 'named',
  'rule-fallback': 'all',
  'emit-trigger': 'pinned',
};
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: Object.values(NATIVE_OF).flat(),
  logLevel: 'warning',
  // Comments in other letters than Latin make V8 hold the whole text at two bytes a letter.
  minifyWhitespace: true,
  lineLimit: 160, // Node shows the line that threw
  legalComments: 'linked',
};
const define = { 'import.meta.dirname': '__dirname' }; // an ES module's words for what CommonJS calls __dirname
const functions = readdirSync(join(root, 'functions'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, module: `functions/${name}/index.ts`, own: `functions/${name}/func.yaml` }));
const lambdas = Object.keys(readYaml('runbook/catalogue.yaml').functions).map((name) => ({
  ...{ name, module: `lambdas/${name}.ts`, own: 'lambdas/func.yaml' },
}));

try {
  await bundleProgram(); // first: it names the problems of a runbook that the functions cannot be built with
  await Promise.all([...[...functions, ...lambdas].map(bundleFunction), bundlePage()]);
  writeFileSync(join(dist, '.built'), '');
  rmSync(finished, { recursive: true, force: true });
  renameSync(dist, finished);
} finally {
  rmSync(dist, { recursive: true, force: true });
}

async function bundleFunction({ name, module, own }) {
  const folder = join(dist, name);
  mkdirSync(folder, { recursive: true });
  const contents = `import definition from './${module}';
    import { serve } from './shared/runtime/host/serve.ts';
    void serve(definition);`;
  await build({
    ...common,
    define,
    stdin: { contents, resolveDir: root, loader: 'ts' },
    format: 'cjs',
    outfile: join(folder, 'index.js'),
    plugins: [withoutGeneratedApi],
  });
  const worker = join(root, 'functions', name, 'worker.ts');
  if (existsSync(worker))
    await build({ ...common, define, entryPoints: [worker], format: 'cjs', outfile: join(folder, 'worker.js') });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(deployedPackage(name), null, 2)}\n`);
  writeFileSync(join(folder, '.npmrc'), 'ignore-scripts=true\n');
  writeFileSync(join(folder, 'func.yaml'), stringify({ ...merge(readYaml('func.yaml'), readYaml(own)), name }));
  compileRunbook(join(folder, 'runbook'), ENTRIES_OF[name]);
  if (name === 'trm-reason') cpSync(join(root, 'models'), join(folder, 'models'), { recursive: true });
}

/** dist/cli/index.mjs, and a chunk for each verb, which is read when it is asked for. */
async function bundleProgram() {
  // Bundled CommonJS dependencies ask for Node's own modules by require, which an ES module must make itself.
  const js = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";
  await build({
    ...common,
    entryPoints: { index: join(root, 'cli/main.ts') },
    format: 'esm',
    splitting: true,
    banner: { js },
    outdir: join(dist, 'cli'),
    outExtension: { '.js': '.mjs' },
  });
}

/** dist/console/: the page, one script and one style sheet, which ask no other server for anything. */
async function bundlePage() {
  await build({
    absWorkingDir: root,
    entryPoints: { app: join(root, 'console/web/main.tsx') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: join(dist, 'console'),
    logLevel: 'warning',
  });
  for (const file of ['index.html', 'icon.svg']) cpSync(join(root, 'console/web', file), join(dist, 'console', file));
}

function deployedPackage(name) {
  const external = NATIVE_OF[name]?.map((dependency) => [dependency, project.dependencies[dependency]]) ?? [];
  return {
    name,
    version: project.version,
    private: true,
    engines: { node: project.engines.node },
    // No V8 flags: each of them makes Node compile its own modules afresh, a tenth of a start.
    scripts: { start: 'node index.js' },
    dependencies: Object.fromEntries(external),
  };
}

/** YAML → JSON, without what only training and people read: a cold start parses it in a tenth of the time. */
function compileRunbook(folder, entries) {
  mkdirSync(folder, { recursive: true });
  for (const name of ['catalogue', 'policy', 'situations'])
    writeJson(join(folder, `${name}.json`), readYaml(`runbook/${name}.yaml`));
  if (entries === undefined) return;
  for (const file of readdirSync(join(root, 'runbook/alerts'), { recursive: true })) {
    if (!/\.ya?ml$/.test(file)) continue;
    const { alerts, pinned: ofFile } = readYaml(`runbook/alerts/${file}`);
    const rules = alerts
      .map(({ id, situation, names, match, pinned = names && ofFile }) => ({ id, situation, names, match, pinned }))
      .filter(({ names, pinned }) => pinned || entries === 'all' || (entries === 'named' && names !== undefined));
    if (rules.length === 0) continue;
    const compiled = join(folder, 'alerts', file.replace(/\.ya?ml$/, '.json'));
    mkdirSync(dirname(compiled), { recursive: true });
    writeJson(compiled, { alerts: rules });
  }
}

function writeJson(path, value) {
  writeFileSync(path, JSON.stringify(value));
}

function readYaml(path) {
  return parse(readFileSync(join(root, path), 'utf8')) ?? {};
}

function merge(shared, own) {
  const merged = { ...shared };
  for (const [key, value] of Object.entries(own)) {
    const both = isMap(value) && isMap(shared[key]);
    merged[key] = both ? merge(shared[key], value) : value;
  }
  return merged;
}

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
