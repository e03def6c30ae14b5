import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderHash } from '../shared/runbook/built.ts';
import { type Layer, readLayer } from '../shared/runbook/layer.ts';
import { type LoadOptions, loadRunbook } from '../shared/runbook/load.ts';
import type { AlertsFile } from '../shared/runbook/schema.ts';
import type { Problem } from '../shared/text/document.ts';
import { ROOT, readYaml } from './project.ts';

/** Which entries a function reads; the others read none. */
const ENTRIES_OF: Readonly<Record<string, LoadOptions['entries']>> = {
  'trm-reason': 'named',
  'gemma-fallback': 'named',
  'alert-router': 'pinned',
  'rule-fallback': true,
  'emit-trigger': 'pinned',
  console: true,
};

let shipped: Layer | undefined;

/**
 * YAML → JSON, without what only training and people read: a cold start parses it in a tenth of the time.
 *
 * @returns the hash that it has, once it is checked (shared/runbook/built.ts)
 */
export function compileRunbook(folder: string, name: string): string {
  const entries = ENTRIES_OF[name] ?? false;
  mkdirSync(join(folder, 'alerts'), { recursive: true });
  for (const file of ['catalogue', 'policy', 'situations'])
    writeJson(join(folder, `${file}.json`), readYaml(`runbook/${file}.yaml`));
  shipped ??= readShipped();
  for (const file of ['alerts', 'patterns'] as const)
    writeJson(join(folder, 'alerts', `${file}.json`), { alerts: compileEntries(shipped[file], entries) });
  loadRunbook(folder, { entries });
  return folderHash(folder) ?? '';
}

function compileEntries(sources: Layer['alerts'], wanted: LoadOptions['entries']): AlertsFile['alerts'] {
  return sources
    .flatMap(({ content }) => content.alerts)
    .filter(({ names, pinned }) => pinned || wanted === true || (wanted === 'named' && names !== undefined))
    .map(({ id, situation, names, match, pinned }) => ({
      ...{ id, situation },
      ...(names && { names }),
      ...(match && { match }),
      ...(pinned && { pinned }),
    }));
}

function readShipped(): Layer {
  const problems: Problem[] = [];
  const layer = readLayer(join(ROOT, 'runbook'), false, { entries: true }, problems);
  if (problems.length === 0) return layer;
  throw new Error(problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'));
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
