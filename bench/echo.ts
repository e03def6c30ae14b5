/** The measure of the runtime itself: a function on it that replies the event that it gets, bundled as ours are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../test/support/function.ts';

const SOURCE = `import { start } from 'faas-js-runtime';
const handle = (context, event) => event;
void start({ handle }, { port: Number(process.env.PORT), logLevel: 'warn' });
`;

/** Bundles the echo function into a folder of its own. */
export async function bundleEcho(): Promise<{ readonly folder: string; readonly remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'asre-echo-'));
  await build({
    stdin: { contents: SOURCE, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The runtime knows a reply by the name of its class.
    keepNames: true,
    outfile: join(folder, 'index.js'),
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{"scripts":{"start":"node index.js"}}');
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
