import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Before all tests: what they and their programs write into the folder for temporary files is gone after them. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'agent-sre-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
