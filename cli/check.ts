import { join } from 'node:path';
import { loadModel, outdatedText, readModelFiles } from '../functions/trm-reason/model.ts';
import { AsreError } from '../shared/errors.ts';
import { readRunbook } from '../shared/runbook/load.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import type { Problem } from '../shared/text/document.ts';
import { checkTriggers, count, type Findings } from './check-triggers.ts';
import { isFolder } from './folder.ts';
import { projectFolder, projectFolders } from './project.ts';
import { misspelt, settingProblems } from './run/settings.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal } from './verb.ts';

/** Names every problem of the runbook, of the model that is installed, and of the Triggers. */
export const check = defineVerb({
  name: 'check',
  summary: 'name every problem of the settings, the runbook, the model and the Triggers',
  help: `Usage: agent-sre check [options]

Checks the settings in the environment, and the files and folders that they name. Checks the runbook: files,
names, matchers, templates, entries that are never reached, what still says TODO. Checks that the model
fits it. Checks the Triggers: event types, subscribers, dead letter sinks, retries.
Names each problem with its place. What is allowed and can have no effect is told too.

  --runbook DIRS   folder of the runbook, or several with : between them, where the later override the earlier
                   (RUNBOOK_DIR, or runbook/ of the project)
  --models DIR     folder of the model (MODELS_DIR, or models/ of the project)
  --triggers DIR   folder of the Brokers and Triggers (triggers/ of the project)

Exit codes: 0 no problems, 1 problems found, 2 an option cannot be used.`,
  options: {
    runbook: { type: 'string' },
    models: { type: 'string' },
    triggers: { type: 'string' },
  },
  async run(values, _, terminal) {
    const { RUNBOOK_DIR, MODELS_DIR } = projectFolders(terminal.env);
    const { runbook, ...findings } = checkRunbook(values.runbook ?? RUNBOOK_DIR);
    const model = checkModel(values.models ?? MODELS_DIR, runbook);
    const functions = runbook && new Set(runbook.catalogue.keys());
    const triggers = checkTriggers(values.triggers ?? projectFolder('triggers'), functions);
    return report([checkSettings(terminal.env), findings, model, triggers], terminal);
  },
});

const NOTHING: Findings = { checked: [], problems: [] };

function checkSettings(env: Terminal['env']): Findings {
  const problems = settingProblems(env).map((problem) => `the environment: ${problem}`);
  return { ...NOTHING, notes: misspelt(env), problems };
}

function checkRunbook(directory: string): Findings & { runbook: Runbook | undefined } {
  const { runbook, problems, notes: found, unfilled } = readRunbook(directory, { entries: true });
  const named = [...problems, ...unfilled()].map(placed);
  const notes = found().map(placed);
  if (runbook === undefined) return { checked: [], problems: named, notes, runbook };
  const { catalogue, situations, entries } = runbook;
  const names = new Set(entries.flatMap((entry) => entry.names ?? []));
  const checked = [
    count(catalogue.size, 'function', 'functions'),
    count(situations.size, 'situation', 'situations'),
    count(entries.length, 'entry', 'entries'),
    count(names.size, 'alert name', 'alert names'),
  ];
  return { checked, problems: named, notes, runbook };
}

function placed({ file, line, message }: Problem): string {
  return `${file}:${line}: ${message}`;
}

// A model that the runbook has outgrown is no mistake in a file: the tiers behind it decide.
function checkModel(directory: string, runbook: Runbook | undefined): Findings {
  const card = join(directory, 'trm.json');
  if (!isFolder(directory))
    return { ...NOTHING, problems: [`${directory}: there is no such folder, so no model decides`] };
  try {
    if (runbook === undefined) readModelFiles(directory);
    const model = runbook && loadModel(directory, runbook);
    const outdated = model && outdatedText(model);
    return outdated === undefined ? NOTHING : { ...NOTHING, notes: [`${card}: ${outdated}`] };
  } catch (error) {
    if (error instanceof AsreError) return { ...NOTHING, problems: [`${card}: ${error.message}`] };
    throw error;
  }
}

function report(findings: readonly Findings[], terminal: Terminal): number {
  for (const note of findings.flatMap(({ notes = [] }) => notes)) terminal.out(note);
  const problems = findings.flatMap((each) => each.problems);
  for (const problem of problems) terminal.out(problem);
  if (problems.length > 0) {
    terminal.err(`agent-sre: ${count(problems.length, 'problem', 'problems')} (named above)`);
    return EXIT_FAILED;
  }
  terminal.out(`${findings.flatMap((each) => each.checked).join(', ')}: no problems`);
  return EXIT_OK;
}
