import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { folderHash } from '../shared/runbook/built.ts';
import { type LoadOptions, loadRunbook } from '../shared/runbook/load.ts';
import type { AlertsFile } from '../shared/runbook/schema.ts';
import { ROOT, readYaml } from './project.ts';

/** Which entries a function reads; the others read none. */
const ENTRIES_OF: Readonly<Record<string, LoadOptions['entries']>> = {
  'trm-reason': 'named',
  'gemma-fallback': 'named',
  'alert-router': 'pinned',
  'rule-fallback': true,
  'emit-trigger': 'pinned',
};

/**
 * YAML → JSON, without what only training and people read: a cold start parses it in a tenth of the time.
 *
 * @returns the hash that it has, once it is checked (shared/runbook/built.ts)
 */
export function compileRunbook(folder: string, name: string): string {
  const entries = ENTRIES_OF[name] ?? false;
  mkdirSync(folder, { recursive: true });
  for (const file of ['catalogue', 'policy', 'situations'])
    writeJson(join(folder, `${file}.json`), readYaml(`runbook/${file}.yaml`));
  const isPatterns = (file: string) => file.startsWith('patterns.');
  const files = alertFiles();
  writeEntries(folder, 'entries', files.filter((file) => !isPatterns(file)).flatMap(readEntries), entries);
  writeEntries(folder, 'patterns', files.filter(isPatterns).flatMap(readEntries), entries);
  loadRunbook(folder, { entries });
  return folderHash(folder) ?? '';
}

/** The files of alerts/ in the order in which they are loaded. */
function alertFiles(): string[] {
  const files = readdirSync(join(ROOT, 'runbook/alerts'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.ya?ml$/.test(file)).sort();
}

function readEntries(file: string): AlertsFile['alerts'] {
  const { alerts, pinned: ofFile } = parse(readFileSync(join(ROOT, 'runbook/alerts', file), 'utf8')) as AlertsFile;
  return alerts.map(({ id, situation, names, match, pinned = names && ofFile }) => ({
    ...{ id, situation },
    ...(names && { names }),
    ...(match && { match }),
    ...(pinned && { pinned }),
  }));
}

function writeEntries(folder: string, file: string, all: AlertsFile['alerts'], wanted: LoadOptions['entries']): void {
  const alerts = all.filter(
    ({ names, pinned }) => pinned || wanted === true || (wanted === 'named' && names !== undefined),
  );
  if (alerts.length === 0) return;
  mkdirSync(join(folder, 'alerts'), { recursive: true });
  writeJson(join(folder, 'alerts', `${file}.json`), { alerts });
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
