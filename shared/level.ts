import { ClassicLevel } from 'classic-level';
import { isObject } from './json.ts';

/**
 * Rebuilds a damaged folder of LevelDB from what is whole of it. LevelDB would do so under a process that has it open, and
 * all that this one writes from then on would be lost: so its lock is asked for first.
 *
 * @throws {Error} where the folder is in use or cannot be rebuilt
 */
export async function repairLevel(folder: string): Promise<void> {
  const level = new ClassicLevel(folder);
  try {
    await level.open();
    await level.close();
  } catch (error) {
    if (isLocked(error)) throw new Error('another process has it open');
  }
  await ClassicLevel.repair(folder);
}

/** Whether a folder of LevelDB cannot be opened because another process has it open. */
export function isLocked(error: unknown): boolean {
  const cause = causeOf(error);
  return isObject(cause) && cause.code === 'LEVEL_LOCKED';
}

/** What LevelDB itself says: an error of opening wraps it. */
export function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}
