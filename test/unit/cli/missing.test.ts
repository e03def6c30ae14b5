import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, GOOD_RUNBOOK, run } from '../../support/terminal.ts';

const RULES = join(FIXTURES, 'rules/flux.yaml');
const ALERT = join(FIXTURES, 'alerts/job-failed.firing.json');
const DATA = 'there is no folder /nowhere (name the data folder by --data DIR)';
const RUNBOOK = 'there is no folder /nowhere (name the folders of the runbook by --runbook DIRS or RUNBOOK_DIR)';
const TRIGGERS = 'there is no folder /nowhere (name the one with the Triggers by --triggers DIR)';
const FILE = 'there is no file /nowhere (name one that is there, or - for standard input)';
/** Longer than the name of a file can be. */
const LONG = `/${'a'.repeat(300)}`;

describe('what is not there is named in one way, with how to name another', () => {
  it.each<[command: string, says: string]>([
    ['promote pod-restart --runbook /nowhere', RUNBOOK],
    [`promote pod-restart --runbook ${GOOD_RUNBOOK}:/nowhere`, RUNBOOK],
    ['decide alertname=X --runbook /nowhere', RUNBOOK],
    [`coverage ${RULES} --runbook /nowhere`, RUNBOOK],
    [`annotate ${RULES} --runbook /nowhere`, RUNBOOK],
    ['backtest --alertmanager http://127.0.0.1:1 --runbook /nowhere', RUNBOOK],
    [`diff ${GOOD_RUNBOOK} /nowhere --alerts ${ALERT}`, RUNBOOK],
    ['export-finetune --runbook /nowhere', RUNBOOK],
    ['promote pod-check-status --data /nowhere', DATA],
    ['history --data /nowhere', DATA],
    ['history --data /etc/hostname', DATA.replace('/nowhere', '/etc/hostname')],
    [`history --data ${LONG}`, DATA.replace('/nowhere', LONG)],
    ['explain x --data /nowhere', DATA],
    ['queue list --data /nowhere', DATA],
    ['check --triggers /nowhere', TRIGGERS],
    ['run --triggers /nowhere', TRIGGERS],
    ['decide /nowhere', FILE],
    ['coverage /nowhere', FILE],
    ['annotate /nowhere', FILE],
    ['send /nowhere', FILE],
    ['replay /nowhere', FILE],
  ])('%s', async (command, says) => {
    expect(await run(command.split(' '))).toEqual({ exitCode: 2, out: '', err: `agent-sre: ${says}` });
  });

  it('a folder of the settings', async () => {
    const { err } = await run(['decide', 'alertname=X'], { env: { RUNBOOK_DIR: '/nowhere' } });
    expect(err).toBe(`agent-sre: ${RUNBOOK}`);
  });

  it('a folder of the runbook or the model, by check beside all else', async () => {
    const { exitCode, out } = await run(['check', '--runbook', '/nowhere', '--models', '/none']);
    expect(out).toBe(
      '/nowhere:1: there is no such folder; name the one that holds the runbook\n/none: there is no such folder, so no model decides',
    );
    expect(exitCode).toBe(1);
  });
});
