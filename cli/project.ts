import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runbookFolders } from '../shared/runbook/load.ts';
import { existingFolder } from './folder.ts';
import { shellQuoted } from './shell.ts';

interface Folders {
  readonly RUNBOOK_DIR: string;
  readonly MODELS_DIR: string;
}

/** The folders of the settings, or else those of the project: the command runs in any working directory. */
export function projectFolders(env: Readonly<Record<string, string | undefined>>): Folders {
  return {
    RUNBOOK_DIR: env.RUNBOOK_DIR?.trim() || projectFolder('runbook'),
    MODELS_DIR: env.MODELS_DIR?.trim() || projectFolder('models'),
  };
}

/** The settings with those folders, and with the runbook that an option names. @throws {UserError} where one is not there */
export function projectEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  runbook: string | undefined,
): Readonly<Record<string, string | undefined>> & Folders {
  const { MODELS_DIR, RUNBOOK_DIR } = projectFolders(env);
  existingFolder(MODELS_DIR, 'MODELS_DIR names the folder of the model');
  return { ...env, MODELS_DIR, RUNBOOK_DIR: existingRunbook(runbook ?? RUNBOOK_DIR) };
}

/** The folders of a runbook, each of which must be there. @throws {UserError} */
export function existingRunbook(directories: string): string {
  for (const folder of runbookFolders(directories)) {
    existingFolder(folder, 'name the folders of the runbook by --runbook DIRS or RUNBOOK_DIR');
  }
  return directories;
}

/** How the program is called in any folder: npx finds it in the project alone. */
export function commandAnywhere(): string {
  return `node ${shellQuoted(join(projectRoot(), 'bin/agent-sre.mjs'))}`;
}

/** A folder of the project, as seen from the working directory. */
export function projectFolder(name: string): string {
  return relative(process.cwd(), join(projectRoot(), name)) || '.';
}

/** The folder with triggers/: the project, wherever this file was bundled to. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'triggers')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
