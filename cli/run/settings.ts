/** The system's settings, read once before any function starts: a function that cannot start says so only in a log. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { problemText, readTemplate } from '../../functions/alert-router/chat/template.ts';
import { readCredentials } from '../../functions/alert-router/credentials.ts';
import { checkDirectory, isModelProblem } from '../../functions/gemma-fallback/directory.ts';
import { loadModel, outdatedText } from '../../functions/trm-reason/model.ts';
import { type Config, readConfig, readSecretFile } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import { readKeys } from '../../shared/keys.ts';
import { loadRunbook, readRunbook, runbookFolders } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { SETTINGS, type SettingName } from '../../shared/settings.ts';
import { isFolder } from '../folder.ts';
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
  /** What a person should know: a model decides nothing. */
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
  const problems = fileProblems(config);
  if (problems.length > 0) throw new AsreError('ASRE_CONFIG_INVALID', problems.join('\n'));
  const runbook = readRunbookOf(paths.RUNBOOK_DIR, join(functions, 'rule-fallback', 'runbook'));
  const models = paths.MODELS_DIR ?? join(functions, 'trm-reason', 'models');
  const model = config.TRM_ENABLED && runbook !== undefined ? loadModel(models, runbook) : undefined;
  const notes = [model && outdatedText(model), gemmaProblem(config)];
  return { config, paths, runbook, notes: notes.filter((note) => note !== undefined) };
}

/** What is wrong with the settings themselves, or else with the files and folders that they name: a line each. */
export function settingProblems(env: Environment): string[] {
  try {
    const config = readConfig({ ...env, ...absolutePaths(env) });
    const gemma = gemmaProblem(config);
    return [...fileProblems(config), ...(gemma === undefined ? [] : [gemma])];
  } catch (error) {
    return linesOf(error);
  }
}

/** Why the folder of FunctionGemma cannot be used; its tier then abstains, and the system runs. */
function gemmaProblem({ GEMMA_ENABLED, GEMMA_MODEL_DIR: folder }: Config): string | undefined {
  if (!GEMMA_ENABLED || folder === '') return undefined;
  try {
    checkDirectory(folder);
    return undefined;
  } catch (error) {
    if (isModelProblem(error)) return `${error.message}; gemma-fallback abstains from every alert`;
    throw error;
  }
}

const KEYS = ['SIGNING_KEY_FILE', 'APPROVAL_KEY_FILE'] as const;
const SECRETS = ['GEMMA_API_KEY_FILE', 'LEDGER_PASSWORD_FILE', 'CONSOLE_TOKEN_FILE'] as const;
/** Folders that are made where they are missing. */
const MADE_FOLDERS = ['GEMMA_CACHE_DIR', 'CONSOLE_DATA_DIR'] as const;

function fileProblems(config: Config): string[] {
  const reads = [
    () => readCredentials({ ...config, WEBHOOK_BASIC_FILE: '' }),
    () => readCredentials({ ...config, WEBHOOK_TOKEN_FILE: '' }),
    ...KEYS.map((name) => () => config[name] === '' || readKeys(name, config[name])),
    ...SECRETS.map((name) => () => config[name] === '' || readSecretFile(name, config[name])),
    ...MADE_FOLDERS.map((name) => () => checkMadeFolder(name, config[name])),
    ...foldersOf(config).map(
      ([name, path]) =>
        () =>
          checkFolder(name, path),
    ),
  ];
  const found = reads.flatMap((read) => {
    try {
      read();
      return [];
    } catch (error) {
      return linesOf(error);
    }
  });
  return [...found, ...readTemplate(config).problems.map(problemText)];
}

function foldersOf({ RUNBOOK_DIR, MODELS_DIR, TRM_ENABLED }: Config): (readonly [SettingName, string])[] {
  const runbook = runbookFolders(RUNBOOK_DIR).map((folder) => ['RUNBOOK_DIR', folder] as const);
  return TRM_ENABLED ? [...runbook, ['MODELS_DIR', MODELS_DIR]] : runbook;
}

// Those that are not set are of the project, wherever the program runs.
function checkFolder(name: SettingName, path: string): void {
  if (path === SETTINGS[name].fallback || isFolder(path)) return;
  throw new AsreError('ASRE_CONFIG_INVALID', `${name}: there is no folder ${path}`);
}

function checkMadeFolder(name: string, path: string): void {
  if (path === '' || !existsSync(path) || isFolder(path)) return;
  throw new AsreError('ASRE_CONFIG_INVALID', `${name}: ${path} is not a folder`);
}

function linesOf(error: unknown): string[] {
  if (error instanceof AsreError) return error.message.split('\n');
  throw error;
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
