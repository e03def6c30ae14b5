import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadRunbook, runbookFolders } from '../../shared/runbook/load.ts';
import { RISKS } from '../../shared/runbook/risk.ts';
import { listed } from '../../shared/text/listed.ts';
import { didYouMean } from '../../shared/text/nearest.ts';
import { commandAnywhere, existingRunbook, projectFolders } from '../project.ts';
import { shellQuoted } from '../shell.ts';
import { defineVerb, EXIT_OK, UserError } from '../verb.ts';
import { append, create } from './file.ts';
import { OWN_RUNBOOK } from './init.ts';
import { entryText, functionText } from './texts.ts';

const KINDS = ['function', 'alert', 'runbook'] as const;

/** Adds a function or an entry to a runbook of one's own, with what must be filled in. */
export const scaffold = defineVerb({
  name: 'new',
  summary: 'add a function or an alert to your runbook, or begin a runbook',
  help: `Usage: agent-sre new function NAME [--risk RISK] [--target TARGET] --runbook DIR
       agent-sre new alert ALERTNAME --situation SITUATION --runbook DIR
       agent-sre new runbook DIR

Adds to the files of your runbook (not the shipped one): a function to catalogue.yaml, an entry to alerts/own.yaml.
What must be filled in says TODO. agent-sre check names each such place, and what is not right yet.

  --runbook DIR     the folder of your runbook
  --situation S     what the alert is about: a situation of the shipped runbook or of yours
  --risk RISK       observe, reversible or disruptive (disruptive)
  --target TARGET   what fills the parameters: a target of policy.yaml (pod)

Exit codes: 0 written, 2 an operand or an option cannot be used.`,
  operands: { name: 'function, alert or runbook, and its name', most: 2 },
  options: {
    runbook: { type: 'string' },
    situation: { type: 'string' },
    risk: { type: 'string', default: 'disruptive' },
    target: { type: 'string', default: 'pod' },
  },
  async run({ runbook, situation, risk, target }, [kind = '', name], terminal) {
    if (name === undefined) throw new UserError(`new ${kind} needs a name`, 'see agent-sre new --help');
    const folder = kind === 'runbook' ? name : (runbook ?? '');
    if (folder === '') throw new UserError(`new ${kind} needs --runbook DIR`, 'the folder of your own runbook');
    const before = existingRunbook(projectFolders(terminal.env).RUNBOOK_DIR);
    const shipped = loadRunbook(before, { entries: false });
    const whole = () => (existsSync(folder) ? loadRunbook(withFolder(before, folder), { entries: false }) : shipped);
    switch (one('what is new', kind, KINDS)) {
      case 'runbook':
        for (const [file, text] of Object.entries(OWN_RUNBOOK)) create(join(folder, file), text);
        break;
      case 'function': {
        checkName(name);
        if (shipped.catalogue.has(name)) throw new UserError(`there is a function ${name} already`, 'name another');
        const { targets } = (shipped.policy.targets.has(target) ? shipped : whole()).policy;
        const filled = one('--target', target, [...targets.keys()]);
        append(join(folder, 'catalogue.yaml'), 'functions', functionText(name, one('--risk', risk, RISKS), filled));
        break;
      }
      case 'alert': {
        const { situations } = shipped.situations.has(situation ?? '') ? shipped : whole();
        const about = one('--situation', situation ?? '', [...situations.keys()]);
        append(join(folder, 'alerts/own.yaml'), 'alerts', entryText(name, about));
        break;
      }
    }
    const directories = withFolder(projectFolders(terminal.env).RUNBOOK_DIR, folder);
    terminal.out(`${folder}: written; ${commandAnywhere()} check --runbook ${shellQuoted(directories)}`);
    return EXIT_OK;
  },
});

/** The folders of a runbook and one's own behind them, unless it is among them, as absolute paths. */
function withFolder(directories: string, own: string): string {
  return [...new Set([...runbookFolders(directories), own].map((folder) => resolve(folder)))].join(':');
}

function checkName(name: string): void {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return;
  throw new UserError(`"${name}" is not a name of a function`, 'a-z, 0-9 and - between them');
}

function one<Choice extends string>(what: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new UserError(`${what} must not be "${text}"`, `${didYouMean(text, choices)}one of ${listed(choices)}`);
}
