import { join, resolve } from 'node:path';
import { URL_OF_RUN } from '../own-url.ts';
import { commandAnywhere, projectRoot } from '../project.ts';
import { shellQuoted } from '../shell.ts';
import { defineVerb, EXIT_OK } from '../verb.ts';
import { create } from './file.ts';
import { ALERTS, alertmanagerSnippet, POLICY } from './texts.ts';

/** The files of a runbook of one's own, each with its text. */
export const OWN_RUNBOOK: Readonly<Record<string, string>> = { 'policy.yaml': POLICY, 'alerts/own.yaml': ALERTS };

const DEFAULT_URL = `${URL_OF_RUN}/`;

/** Writes what a new user needs beside the shipped files. */
export const init = defineVerb({
  name: 'init',
  summary: 'write a runbook of your own and a snippet for Alertmanager into a folder',
  help: `Usage: agent-sre init DIR [options]

Writes into a folder, which must not have these files yet:

  DIR/runbook/policy.yaml       your protected namespaces and clusters
  DIR/runbook/alerts/own.yaml   your entries
  DIR/alertmanager.yaml         what Alertmanager's configuration needs

  --url URL   where Alertmanager reaches agent-sre (${DEFAULT_URL})

Exit codes: 0 written, 2 a file is there already, or cannot be written.`,
  operands: { name: 'a folder', most: 1 },
  options: { url: { type: 'string', default: DEFAULT_URL } },
  async run({ url }, [folder = ''], terminal) {
    for (const [name, text] of Object.entries(OWN_RUNBOOK)) create(join(folder, 'runbook', name), text);
    create(join(folder, 'alertmanager.yaml'), alertmanagerSnippet(url));
    const own = resolve(folder, 'runbook');
    const command = commandAnywhere();
    terminal.out(`${folder}: a runbook of your own, and alertmanager.yaml. Next, in any folder:

  export RUNBOOK_DIR=${shellQuoted(`${join(projectRoot(), 'runbook')}:${own}`)}
  ${command} new alert KubeJobFailed --situation no-action --runbook ${shellQuoted(own)}
  ${command} check
  ${command} run`);
    return EXIT_OK;
  },
});
