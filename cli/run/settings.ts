/** The system's settings, read once before any function starts: a function that cannot start says so only in a log. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { loadTemplate } from '../../functions/alert-router/chat/template.ts';
import { readCredentials } from '../../functions/alert-router/credentials.ts';
import { loadModel, outdatedText } from '../../functions/trm-reason/model.ts';
import { type Config, readConfig, SETTINGS } from '../../shared/config.ts';
import { readKeys } from '../../shared/keys.ts';
import { loadRunbook, readRunbook, runbookFolders } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { projectFolder } from '../project.ts';
import type { Terminal } from '../verb.ts';

type Environment = Terminal['env'];

/** A typing error: at most this many letters, in names that are long enough. */
const SLIPS = 2;
const SHORTEST_NAME = 8;
/** First words that no other program's variables have. */
const OWN_WORDS = ['TRM_', 'GEMMA_', 'RULES_', 'WEBHOOK_', 'APPROVAL_', 'SIGNING_'];

export interface Settings {
  readonly config: Config;
  /** What the functions' environment holds instead: absolute paths, since each has a working directory of its own. */
  readonly paths: Readonly<Record<string, string>>;
  /** Undefined where no function is built. */
  readonly runbook: Runbook | undefined;
  /** What a person should know: the model decides nothing. */
  readonly notes: readonly string[];
}

/**
 * Reads and checks every setting, the runbook, and the model if its tier is on.
 *
 * @param functions folder of the bundled functions
 * @throws {AsreError} an `exit` where a setting, the runbook or the model cannot be used
 */
export function readSettings(env: Environment, functions: string): Settings {
  const paths = absolutePaths(env);
  const config = readConfig({ ...env, ...paths });
  readCredentials(config);
  loadTemplate(config);
  for (const name of ['SIGNING_KEY_FILE', 'APPROVAL_KEY_FILE'] as const) {
    if (config[name] !== '') readKeys(name, config[name]);
  }
  const runbook = readRunbookOf(paths.RUNBOOK_DIR, join(functions, 'rule-fallback', 'runbook'));
  const models = paths.MODELS_DIR ?? join(functions, 'trm-reason', 'models');
  const model = config.TRM_ENABLED && runbook !== undefined ? loadModel(models, runbook) : undefined;
  const outdated = model && outdatedText(model);
  return { config, paths, runbook, notes: outdated === undefined ? [] : [outdated] };
}

/** A line for each variable that looks like one of ours and is not. */
export function misspelt(env: Environment): string[] {
  const known = Object.keys(SETTINGS).filter((name) => name.length >= SHORTEST_NAME);
  return Object.keys(env).flatMap((name) => {
    if (Object.hasOwn(SETTINGS, name)) return [];
    const [nearest = ''] = known.toSorted((a, b) => distance(name, a) - distance(name, b));
    const ours = OWN_WORDS.some((word) => name.startsWith(word)) || distance(name, nearest) <= SLIPS;
    return ours ? [`${name} is not a setting of agent-sre and changes nothing; did you mean ${nearest}?`] : [];
  });
}

function absolutePaths(env: Environment): Record<string, string> {
  const names = Object.keys(SETTINGS).filter((name) => /_(DIR|FILE)$|^KUBECONFIG$/.test(name) && env[name]?.trim());
  return Object.fromEntries(names.map((name) => [name, absolutePath(name, env[name]?.trim() ?? '')]));
}

function absolutePath(name: string, path: string): string {
  if (name !== 'RUNBOOK_DIR') return resolve(path);
  return runbookFolders(path)
    .map((folder) => resolve(folder))
    .join(':');
}

// The build compiles the project's runbook, which is read in a fraction of the time; what is wrong with it is said of the
// file that a person wrote.
function readRunbookOf(own: string | undefined, bundled: string): Runbook | undefined {
  if (own !== undefined) return loadRunbook(own, { entries: true });
  if (!existsSync(bundled)) return undefined;
  const { runbook, problems } = readRunbook(bundled, { entries: true });
  if (problems.length === 0) return runbook;
  loadRunbook(projectFolder('runbook'), { entries: true });
  return loadRunbook(bundled, { entries: true });
}
