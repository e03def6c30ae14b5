import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import type { Plugin } from 'esbuild';

const PLATFORM = process.env.TARGET_PLATFORM ?? platform;
const ARCH = process.env.TARGET_ARCH ?? arch;

/** A package with native files: where they are, and how its code asks for them, which no bundler can follow. */
interface Native {
  readonly name: string;
  readonly binding: RegExp;
  readonly asks: RegExp;
  readonly folder: string;
  /** Which files of the folder are taken. */
  readonly files: RegExp;
}

const NATIVES: readonly Native[] = [
  {
    name: 'onnxruntime-node', // its package brings those of all platforms, 290 MB
    binding: /onnxruntime-node[\\/]dist[\\/]binding\.js$/,
    asks: /require\(`\.\.\/bin\/napi-v6\/\$\{process\.platform\}\/\$\{process\.arch\}\/onnxruntime_binding\.node`\)/,
    folder: `bin/napi-v6/${PLATFORM}/${ARCH}`,
    files: /./,
  },
  {
    name: 'classic-level',
    binding: /classic-level[\\/]binding\.js$/,
    asks: /require\('node-gyp-build'\)\(__dirname\)/,
    folder: `prebuilds/${PLATFORM === 'darwin' ? 'darwin-x64+arm64' : `${PLATFORM}-${ARCH}`}`,
    files: /^classic-level\.node$/,
  },
];

/** Bundles packages with native files, which it puts beside the bundle in `dist`: those of one platform, where a function asks for them. */
export function natives(dist: string): Plugin {
  return {
    name: 'natives',
    setup({ onLoad, onEnd, initialOptions }) {
      initialOptions.metafile = true;
      for (const native of NATIVES) onLoad({ filter: native.binding }, ({ path }) => load(native, path));
      onEnd(({ metafile }) => {
        for (const [output, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
          const asked = NATIVES.filter(({ binding }) => Object.keys(inputs).some((input) => binding.test(input)));
          for (const native of asked) copy(native, join(dist, basename(dirname(output))));
        }
      });
    },
  };
}

function load({ name, asks, files, folder }: Native, path: string) {
  const source = readFileSync(path, 'utf8');
  if (!asks.test(source)) return { errors: [{ text: `${name} asks for its native files in a way that is not known` }] };
  const file = readdirSync(join(rootOf(name), folder)).find((each) => files.test(each) && each.endsWith('.node'));
  // By a path that is only known when it runs, so that no bundler follows it.
  const required = `require(require('node:path').join(__dirname, '${file}'))`;
  return { contents: source.replace(asks, required), loader: 'js' as const };
}

function copy({ name, folder, files }: Native, into: string): void {
  const from = join(rootOf(name), folder);
  for (const file of readdirSync(from).filter((each) => files.test(each)))
    copyFileSync(join(from, file), join(into, file));
}

function rootOf(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}
