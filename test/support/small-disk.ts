/** A disk of its own that a test can fill. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface SmallDisk {
  /** Until nothing more can be written. */
  fill(): void;
  free(): void;
  unmount(): void;
}

const BYTES = 2_000_000;

/** Mounts one at this path. */
export function smallDisk(path: string): SmallDisk {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${BYTES}`, 'tmpfs', path], { stdio: 'ignore' });
  const ballast = join(path, 'ballast');
  return {
    fill() {
      try {
        writeFileSync(ballast, Buffer.alloc(2 * BYTES));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
        throw error;
      }
      throw new Error(`the disk at ${path} is larger than it was made`);
    },
    free: () => rmSync(ballast),
    unmount: () => void execFileSync('umount', [path]),
  };
}

/** Whether this is root on a Linux that lets it mount. */
export function canMount(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    smallDisk(probe).unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(probe);
  }
}
