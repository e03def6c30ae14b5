/** Runs command lines as a person would, with the output kept. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { runCommand } from '../../cli/command.ts';

export const FIXTURES = join(import.meta.dirname, '../fixtures');
export const GOOD_RUNBOOK = join(FIXTURES, 'runbook/good');
export const NOW = new Date('2026-11-23T02:31:00.000Z');

/** A decision that depends on nothing but the alert: a small runbook, no model. */
const PLAIN = { RUNBOOK_DIR: GOOD_RUNBOOK, MODELS_DIR: join(FIXTURES, 'no-model') };

export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export async function run(
  args: readonly string[],
  { stdin = '', env = {} }: { stdin?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runCommand(args, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stdin: Readable.from([Buffer.from(stdin)], { objectMode: false }),
    env: { ...PLAIN, ...env },
    width: 160,
    now: () => NOW,
    progress: () => {},
  });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}

/** A folder that is gone after the test, with these files or a copy of a folder in it. */
export function temporaryFolder(content: Readonly<Record<string, string>> | string): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-sre-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (typeof content === 'string') cpSync(content, folder, { recursive: true });
  else for (const [name, text] of Object.entries(content)) writeInto(join(folder, name), text);
  return folder;
}

function writeInto(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A file that is gone after the test. */
export function temporaryFile(name: string, content: unknown): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return join(temporaryFolder({ [name]: text }), name);
}
