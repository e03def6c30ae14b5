import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import metadata from '../../package.json' with { type: 'json' };
import { FIXTURES, run, temporaryFile } from '../support/terminal.ts';

const VERBS = ['run', 'demo', 'check', 'decide', 'send', 'replay', 'queue', 'history'];

describe('help', () => {
  it.each([[['--help']], [['-h']], [['help']]])('%j lists every verb', async (args) => {
    const { exitCode, out } = await run(args);
    for (const verb of VERBS) expect(out).toMatch(new RegExp(`^  ${verb} `, 'm'));
    expect(exitCode).toBe(0);
  });

  it.each(VERBS)('of %s tells its options and exit codes', async (verb) => {
    const { exitCode, out } = await run([verb, '--help']);
    expect(out).toContain(`Usage: agent-sre ${verb}`);
    expect(out).toContain('Exit codes: 0 ');
    expect(out.split('\n').filter((line) => line.length > 120)).toEqual([]);
    expect(exitCode).toBe(0);
    expect((await run(['help', verb])).out).toBe(out);
  });

  it('stands on standard error where no verb is given', async () => {
    const { exitCode, out, err } = await run([]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain('Usage: agent-sre <verb>');
  });

  it('tells the version', async () => {
    expect((await run(['--version'])).out).toBe(metadata.version);
  });
});

const alert = '{"labels":{"alertname":"Watchdog"}}';

/** Everything a person can get wrong: one line that says what, and how to fix it. */
const MISTAKES: readonly [string, readonly string[], string, Record<string, string>, string][] = [
  ['verb', ['chek'], '', {}, 'there is no verb "chek" (did you mean check? agent-sre --help lists them)'],
  ['option', ['check', '--runbok', 'x'], '', {}, "Unknown option '--runbok' (see agent-sre check --help)"],
  ['missing value', ['check', '--runbook'], '', {}, "Option '--runbook <value>' argument missing (see"],
  [
    'missing operand',
    ['decide'],
    '',
    {},
    'decide needs <file.json | - | label=value ...>, or a URL behind --from (see agent-sre decide --help)',
  ],
  ['extra operand', ['send', 'a', 'b'], '', {}, 'send does not take "b" (see agent-sre send --help)'],
  ['operand where none is taken', ['check', 'a'], '', {}, 'check does not take "a"'],
  ['service', ['run', '--service', 'x=localhost:9000'], '', {}, '--service must be NAME=URL, not "x=localhost:9000"'],
  ['missing file', ['decide', '/nowhere.json'], '', {}, 'there is no file /nowhere.json (name one'],
  ['folder', ['send', FIXTURES], '', {}, `cannot read ${FIXTURES}: EISDIR`],
  ['missing recording', ['replay', '/nowhere.jsonl'], '', {}, 'there is no file /nowhere.jsonl'],
  ['no JSON', ['decide', '-'], '{"labels":', {}, 'standard input is not JSON: '],
  ['no object', ['decide', '-'], '1', {}, 'standard input does not contain a JSON object'],
  ['empty list', ['decide', '-'], '[]', {}, 'standard input contains no alert (its list of alerts is empty)'],
  ['list of other things', ['decide', '-'], '[{"a":1}]', {}, 'standard input: alerts[0] is not an alert with "labels"'],
  [
    'alertname without labels',
    ['decide', '-'],
    '{"alertname":"A"}',
    {},
    'standard input: alertname stands outside "labels"',
  ],
  ['labels without a name', ['decide', 'pod=web-1'], '', {}, 'the labels lack alertname (such as'],
  [
    'labels and files',
    ['decide', 'alertname=A', 'a.json'],
    '',
    {},
    '"a.json" is not a label (give labels (name=value) or',
  ],
  ['text for a file', ['decide', '-', '--text', 'x'], alert, {}, '--text is for an alert that is given by its labels'],
  [
    'expectation',
    ['decide', '-', '--expect', 'pod-restrat'],
    alert,
    {},
    '--expect: there is no function "pod-restrat" in the catalogue (did you mean pod-restart?)',
  ],
  [
    'something else',
    ['decide', '-'],
    '{"a": 1}',
    {},
    'standard input is not a notification of Alertmanager, an alert or a Cloud',
  ],
  ['empty group', ['decide', '-'], '{"alerts": []}', {}, 'there is no alert in the notification ('],
  [
    'event without id',
    ['send', '-'],
    '{"specversion":"1.0"}',
    {},
    'standard input: the event lacks id, source, type (Set',
  ],
  [
    'URL',
    ['send', '-', '--to', 'localhost:8080'],
    alert,
    {},
    '--to must be an http or https URL, not "localhost:8080"',
  ],
  ['token file', ['send', '-', '--token-file', '/nowhere'], alert, {}, 'there is no file /nowhere'],
  ['setting', ['decide', '-'], alert, { TRM_ENABLED: 'yes' }, 'TRM_ENABLED must be true or false'],
  [
    'runbook',
    ['decide', '-', '--runbook', '/nowhere'],
    alert,
    {},
    'there is no folder /nowhere (name the folders of the runbook by --runbook DIRS or RUNBOOK_DIR)',
  ],
];

describe('a mistake', () => {
  it.each(MISTAKES)('of %s is told in one line', async (_, args, stdin, env, text) => {
    const { exitCode, out, err } = await run(args, { stdin, env });
    expect(err).toContain(`agent-sre: ${text}`);
    expect(err).toMatch(/^agent-sre: .+ \(.+\)$/);
    expect([exitCode, out]).toEqual([2, '']);
  });
});

describe('the command of the package', () => {
  const agentSre = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../../bin/agent-sre.mjs'), ...args], {
      encoding: 'utf8',
      cwd: FIXTURES,
      env: { ...process.env, RUNBOOK_DIR: 'runbook/good', MODELS_DIR: 'no-model' },
    });

  it('runs from any folder', () => {
    const { status, stdout, stderr } = agentSre('check');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/: no problems\n$/);
    expect(status).toBe(0);
  });

  it('tells its verbs: each of them is loaded, with the files that it needs', () => {
    const { status, stdout, stderr } = agentSre('--help');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: agent-sre <verb>/);
    expect(status).toBe(0);
  });

  it('decides with the bundled functions, and ends', () => {
    const { status, stdout } = agentSre('decide', temporaryFile('alert.json', alert), '--expect', 'none');
    expect(stdout).toContain('→ no action (rules 1.00): no_action: a meta alert needs no action');
    expect(status).toBe(0);
  });

  it('ends with the exit code of a mistake, without a stack', () => {
    const { status, stderr } = agentSre('decide', '/nowhere.json');
    expect(stderr).toMatch(/^agent-sre: there is no file \/nowhere\.json .*\n$/);
    expect(status).toBe(2);
  });
});
