import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** The settings with those folders, and with the runbook that an option names. */
export function projectEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  runbook: string | undefined,
): Readonly<Record<string, string | undefined>> & Folders {
  const folders = projectFolders(env);
  return { ...env, ...folders, RUNBOOK_DIR: runbook ?? folders.RUNBOOK_DIR };
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
