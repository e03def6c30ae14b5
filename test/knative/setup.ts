/** Builds the bench if need be (20 minutes, once), starts it, and takes down what it started. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HOME, isUp, obstacle } from './bench.ts';

const SCRIPTS = join(import.meta.dirname, 'bench');

export default function setup(): (() => void) | undefined {
  const why = obstacle();
  if (why !== undefined) {
    process.env.KNATIVE_OBSTACLE = why;
    console.warn(`\nSKIPPED: the real Knative Eventing can't run here: ${why}.\n`);
    return undefined;
  }
  if (!existsSync(join(HOME, 'bin', 'mt-broker-ingress'))) run('build.sh');
  if (isUp()) return undefined;
  run('up.sh');
  return () => run('down.sh');
}

function run(script: string): void {
  console.warn(`\n${script} …`);
  const { status } = spawnSync(join(SCRIPTS, script), { stdio: 'inherit' });
  if (status !== 0) throw new Error(`test/knative/bench/${script} failed; its logs are in ${HOME}/logs`);
}
