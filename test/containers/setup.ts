import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../support/function.ts';
import { BASE_IMAGE, ENTRIES, hasDocker, REDIS_IMAGE } from './docker.ts';

/** Makes the base images where they are missing, and those of the functions from dist/. */
export default function setup(): void {
  if (!hasDocker) {
    console.warn('test:containers: skipped, there is no Docker daemon');
    return;
  }
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  run(join(ROOT, 'build/base-image.sh'), BASE_IMAGE);
  run(join(import.meta.dirname, 'redis-image.sh'), REDIS_IMAGE);
  run('npx', 'tsx', 'build/images.ts', '--base', BASE_IMAGE, ...ENTRIES.map(({ name }) => name));
}
