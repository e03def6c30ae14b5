import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { AlertsFile } from '../shared/runbook/schema.ts';
import { ROOT, readYaml } from './project.ts';

/** Which entries a function reads; the others read none. */
const ENTRIES_OF: Readonly<Record<string, 'pinned' | 'named' | 'all'>> = {
  'trm-reason': 'named',
  'gemma-fallback': 'named',
  'alert-router': 'pinned',
  'rule-fallback': 'all',
  'emit-trigger': 'pinned',
  console: 'all',
};

/** YAML → JSON, without what only training and people read: a cold start parses it in a tenth of the time. */
export function compileRunbook(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  for (const file of ['catalogue', 'policy', 'situations'])
    writeJson(join(folder, `${file}.json`), readYaml(`runbook/${file}.yaml`));
  const entries = ENTRIES_OF[name];
  if (entries === undefined) return;
  for (const file of readdirSync(join(ROOT, 'runbook/alerts'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.ya?ml$/.test(file)) continue;
    const { alerts, pinned: ofFile } = parse(readFileSync(join(ROOT, 'runbook/alerts', file), 'utf8')) as AlertsFile;
    const rules = alerts
      .map(({ id, situation, names, match, pinned = names && ofFile }) => ({ id, situation, names, match, pinned }))
      .filter(({ names, pinned }) => pinned || entries === 'all' || (entries === 'named' && names !== undefined));
    if (rules.length === 0) continue;
    const compiled = join(folder, 'alerts', file.replace(/\.ya?ml$/, '.json'));
    mkdirSync(dirname(compiled), { recursive: true });
    writeJson(compiled, { alerts: rules });
  }
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
