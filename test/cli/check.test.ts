import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, GOOD_RUNBOOK, run, temporaryFolder } from './terminal.ts';

const BAD = join(FIXTURES, 'runbook/bad');

/** One fixture per mistake, and where check finds it. */
const MISTAKES: Readonly<Record<string, string>> = {
  'bad-matcher': 'alerts/pods.yaml:4: bad matcher "severity \\"critical\\""',
  'bad-regular-expression': 'policy.yaml:9: bad regular expression "(?!Pending)"',
  'bad-template': 'policy.yaml:6: bad template "{{ $value }}"',
  'duplicate-id': 'alerts/pods.yaml:4: the id "meta" stands in',
  'fill-from-unknown-target': 'catalogue.yaml:5: unknown target "pods"; known are pod',
  'grant-of-unknown-function': 'policy.yaml:3: unknown function "pod-reboot"',
  'name-out-of-reach': 'alerts/pods.yaml:3: Watchdog never gets here: the entry "meta" takes it',
  'no-cases': 'situations.yaml:8: situations.meta.cases must NOT have fewer than 1 items',
  'no-json-schema': 'catalogue.yaml:6: pod-restart: no JSON Schema',
  'no-yaml': 'catalogue.yaml:6: Flow sequence',
  'takes-every-alert': 'alerts/pods.yaml:4: any-pod: give names or match',
  'unknown-condition': 'situations.yaml:4: unknown condition "guarded"; known are waiting, protected',
  'unknown-function': 'situations.yaml:4: unknown function "pod-inspect"',
  'unknown-key': 'catalogue.yaml:5: functions.pod-restart: unknown key "risks"',
  'unknown-risk': 'catalogue.yaml:16: functions.pod-check-status.risk must be',
  'unknown-situation': 'alerts/pods.yaml:2: unknown situation "meta-alert"',
  'unknown-target': 'situations.yaml:5: unknown target "deployment"',
};

describe('check of the runbook', () => {
  it('tells what it looked at where nothing is wrong', async () => {
    const { exitCode, out, err } = await run(['check']);
    expect(out).toBe('2 functions, 2 situations, 3 entries, 3 alert names, 1 Broker, 6 Triggers: no problems');
    expect([exitCode, err]).toEqual([0, '']);
  });

  it('finds nothing wrong with what the project ships', async () => {
    const { exitCode, out } = await run(['check'], { env: { RUNBOOK_DIR: '' } });
    expect(out).toMatch(/: no problems$/);
    expect(exitCode).toBe(0);
  });

  it.each(Object.entries(MISTAKES))('names the place of %s', async (mistake, place) => {
    const runbook = temporaryFolder(GOOD_RUNBOOK);
    cpSync(join(BAD, mistake), runbook, { recursive: true });
    const { exitCode, out, err } = await run(['check', '--runbook', runbook]);
    expect(out).toContain(join(runbook, place));
    expect(err).toMatch(/^agent-sre: \d+ problems? \(/);
    expect(exitCode).toBe(1);
  });

  it('has an expectation for every bad fixture', () => {
    expect(Object.keys(MISTAKES).sort()).toEqual(readdirSync(BAD).sort());
  });

  it('names every problem of several files in one run', async () => {
    const runbook = temporaryFolder(GOOD_RUNBOOK);
    for (const mistake of ['unknown-function', 'unknown-situation', 'bad-template']) {
      cpSync(join(BAD, mistake), runbook, { recursive: true });
    }
    const { out, err } = await run(['check', '--runbook', runbook]);
    expect(out.split('\n')).toHaveLength(3);
    expect(err).toContain('3 problems');
  });

  it('names the files of a folder that holds no runbook', async () => {
    const { exitCode, out } = await run(['check', '--runbook', '/nowhere']);
    expect(out).toContain('/nowhere/catalogue.yaml:1: cannot be read (ENOENT)');
    expect(exitCode).toBe(1);
  });
});
