#!/usr/bin/env node
// Runs the bundled CLI; in a fresh clone it is built first.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'dist', 'cli', 'index.mjs');

if (!existsSync(bundle)) {
  spawnSync(process.execPath, [join(root, 'build', 'setup.mjs'), '--bundle'], { stdio: ['ignore', 2, 2] });
}
if (existsSync(bundle)) {
  await import(pathToFileURL(bundle).href);
} else {
  console.error('agent-sre: the build failed (see above; npm run build repeats it)');
  process.exitCode = 2;
}
