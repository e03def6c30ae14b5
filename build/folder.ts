/** dist/<name>/ of each function: all that `func deploy --path` and the image need, and nothing from outside. */
import { copyFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild';
import { build, type Plugin } from 'esbuild';
import { stringify } from 'yaml';
import { withoutGeneratedApi } from './kubernetes.ts';
import { natives } from './natives.ts';
import { scriptOptions } from './options.ts';
import { type Entry, funcYaml, nodeFlags, PROJECT, ROOT } from './project.ts';
import { compileRunbook } from './runbook.ts';
import { withoutUnusedParts } from './runtime-parts.ts';
import { smallOpenTelemetry, TRACES, tracesApart } from './traces.ts';

const START = 'start-of:';
const SBOM = 'sbom.cdx.json';

/**
 * Writes the folders of functions into `dist`, all but the machine code. Those that are given together are bundled at once,
 * which is faster; they have the same runbook, and share an SBOM.
 */
export async function writeFolders(entries: readonly Entry[], dist: string): Promise<void> {
  const hashes = entries.map(({ name }) => compileRunbook(join(dist, name, 'runbook'), name));
  const sbom = await bundle(entries, hashes[0] ?? '', dist);
  for (const entry of entries) {
    const folder = join(dist, entry.name);
    copyFileSync(sbom, join(folder, SBOM));
    writeRest(entry, folder);
  }
  rmSync(sbom);
}

function writeRest(entry: Entry, folder: string): void {
  const { name } = entry;
  copyFileSync(join(ROOT, 'build/start.cjs'), join(folder, 'start.cjs'));
  writeJson(join(folder, 'package.json'), deployedPackage(name));
  writeJson(join(folder, 'package-lock.json'), lockFile(name));
  writeFileSync(join(folder, '.npmrc'), 'ignore-scripts=true\n');
  // The machine code of another Node is of no use: the build of the image makes its own.
  writeFileSync(join(folder, '.funcignore'), 'index.cache\nnode_modules/\n');
  writeFileSync(join(folder, 'func.yaml'), stringify(funcYaml(entry)));
  if (name === 'trm-reason') cpSync(join(ROOT, 'models'), join(folder, 'models'), { recursive: true });
}

/** @returns the file of the SBOM */
async function bundle(entries: readonly Entry[], runbookHash: string, dist: string): Promise<string> {
  await build({
    ...scriptOptions(runbookHash),
    entryPoints: Object.assign({}, ...entries.map(entryPoints)) as Record<string, string>,
    outdir: dist,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [
      start,
      natives(dist),
      tracesApart,
      smallOpenTelemetry,
      withoutUnusedParts,
      ...(entries.some(({ kind }) => kind === 'lambda') ? [withoutGeneratedApi] : []),
      cyclonedxEsbuildPlugin({ outputFile: SBOM, outputReproducible: true, logLevel: 'silent' }),
    ],
  });
  return join(dist, SBOM);
}

function entryPoints({ name, module }: Entry): Record<string, string> {
  const worker = join(dirname(module), 'worker.ts');
  const first = { [`${name}/index`]: `${START}${module}`, [`${name}/${TRACES.file}`]: TRACES.source };
  return existsSync(join(ROOT, worker)) ? { ...first, [`${name}/worker`]: worker } : first;
}

/** The first module of a function's process. */
const start: Plugin = {
  name: 'start',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${START}`) }, ({ path }) => ({
      path: path.slice(START.length),
      namespace: 'agent-sre',
    }));
    onLoad({ filter: /./, namespace: 'agent-sre' }, ({ path }) => ({
      contents: `import definition from './${path}';
        import { serve } from './shared/runtime/host/serve.ts';
        void serve(definition);`,
      resolveDir: ROOT,
      loader: 'ts',
    }));
  },
};

function deployedPackage(name: string) {
  const node = ['node', ...nodeFlags(name)].join(' ');
  return {
    name,
    version: PROJECT.version,
    private: true,
    license: PROJECT.license,
    engines: { node: PROJECT.engines.node },
    scripts: { start: `${node} start.cjs`, compile: `${node} start.cjs --compile` },
  };
}

/** Everything is in the bundle, so there is nothing to lock but the package itself. */
function lockFile(name: string) {
  const { version, license, engines } = deployedPackage(name);
  const packages = { '': { name, version, license, engines } };
  return { name, version, lockfileVersion: 3, requires: true, packages };
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
