import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { FUNCTIONS } from '../../build/project.ts';
import { ROOT } from '../support/function.ts';
import { BASE_IMAGE, hasDocker } from './docker.ts';

/** Makes the base image where it is missing, and the images of the five functions from dist/. */
export default function setup(): void {
  if (!hasDocker) {
    console.warn('test:containers: skipped, there is no Docker daemon');
    return;
  }
  const run = (command: string, ...args: readonly string[]) =>
    execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  run(join(ROOT, 'build/base-image.sh'), BASE_IMAGE);
  run('npx', 'tsx', 'build/images.ts', '--base', BASE_IMAGE, ...FUNCTIONS.map(({ name }) => name));
}
