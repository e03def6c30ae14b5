import { readRunbook } from '../shared/runbook/load.ts';
import { checkTriggers, count, type Findings } from './check-triggers.ts';
import { projectFolder, projectFolders } from './project.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal } from './verb.ts';

/** Names every problem of the runbook and of the Triggers. */
export const check = defineVerb({
  name: 'check',
  summary: 'name every problem of the runbook, the catalogue and the Triggers',
  help: `Usage: agent-sre check [options]

Checks the runbook: files, names, matchers, templates, entries that are never reached. Checks the Triggers: event types,
subscribers, dead letter sinks, retries. Names each problem with its file and line.

  --runbook DIR    folder of the runbook (RUNBOOK_DIR, or runbook/ of the project)
  --triggers DIR   folder of the Brokers and Triggers (triggers/ of the project)

Exit codes: 0 no problems, 1 problems found, 2 an option cannot be used.`,
  options: {
    runbook: { type: 'string' },
    triggers: { type: 'string' },
  },
  async run(values, _, terminal) {
    const runbook = checkRunbook(values.runbook ?? projectFolders(terminal.env).RUNBOOK_DIR);
    const triggers = checkTriggers(values.triggers ?? projectFolder('triggers'), runbook.functions);
    return report([runbook, triggers], terminal);
  },
});

function checkRunbook(directory: string): Findings & { functions: ReadonlySet<string> | undefined } {
  const { runbook, problems } = readRunbook(directory, { entries: true });
  const named = problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  if (runbook === undefined) return { checked: [], problems: named, functions: undefined };
  const { catalogue, situations, entries } = runbook;
  const names = new Set(entries.flatMap((entry) => entry.names ?? []));
  const checked = [
    count(catalogue.size, 'function', 'functions'),
    count(situations.size, 'situation', 'situations'),
    count(entries.length, 'entry', 'entries'),
    count(names.size, 'alert name', 'alert names'),
  ];
  return { checked, problems: named, functions: new Set(catalogue.keys()) };
}

function report(findings: readonly Findings[], terminal: Terminal): number {
  const problems = findings.flatMap((each) => each.problems);
  for (const problem of problems) terminal.out(problem);
  if (problems.length > 0) {
    terminal.err(`agent-sre: ${count(problems.length, 'problem', 'problems')} (named above)`);
    return EXIT_FAILED;
  }
  terminal.out(`${findings.flatMap((each) => each.checked).join(', ')}: no problems`);
  return EXIT_OK;
}
