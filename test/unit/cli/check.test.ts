import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, GOOD_RUNBOOK, run, temporaryFolder } from '../../support/terminal.ts';

const BAD = join(FIXTURES, 'runbook/bad');

/** A mistake in each kind of file, and where check finds it; all of them stand in test/unit/runbook/load.test.ts. */
const MISTAKES: Readonly<Record<string, string>> = {
  'catalogue-unknown-risk': 'catalogue.yaml:16: functions.pod-check-status.risk must be',
  'policy-template-action': 'policy.yaml:6: bad template "{{ .Values.pod }}"',
  'situations-unknown-function': 'situations.yaml:5: unknown function "pod-inspect"',
  'alerts-unknown-situation': 'alerts/pods.yaml:2: unknown situation "meta-alert"',
};

describe('check of the runbook', () => {
  it('tells what it looked at where nothing is wrong', async () => {
    const { exitCode, out, err } = await run(['check']);
    expect(out).toBe('2 functions, 2 situations, 3 entries, 3 alert names, 1 Broker, 15 Triggers: no problems');
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

  it('names every problem of several files in one run', async () => {
    const runbook = temporaryFolder(GOOD_RUNBOOK);
    for (const mistake of ['situations-unknown-function', 'alerts-unknown-situation', 'policy-template-action']) {
      cpSync(join(BAD, mistake), runbook, { recursive: true });
    }
    const { out, err } = await run(['check', '--runbook', runbook]);
    expect(out.split('\n')).toHaveLength(3);
    expect(err).toContain('3 problems');
  });

  it('says what an overlay overrides, which is no problem', async () => {
    const overlay = temporaryFolder({ 'policy.yaml': 'clusters: [eu-1]\nannotations: []\n' });
    const { exitCode, out } = await run(['check', '--runbook', `${GOOD_RUNBOOK}:${overlay}`]);
    expect(out).toContain(`${overlay}/policy.yaml:2: annotations overrides ${GOOD_RUNBOOK}/policy.yaml:2`);
    expect(out).toMatch(/: no problems$/);
    expect(exitCode).toBe(0);
  });

  it('says where the catalogue has outgrown the model, which is no problem of a file', async () => {
    const { exitCode, out } = await run(['check', '--models', 'models']);
    expect(out).toMatch(
      /^models\/trm\.json: the model was trained for another flux.* than the catalogue has, so it decides/,
    );
    expect(exitCode).toBe(0);
  });

  it('names what is wrong with the model', async () => {
    const models = temporaryFolder({ 'trm.json': '{}' });
    const { exitCode, out } = await run(['check', '--models', models]);
    expect(out).toMatch(/trm\.json: trm\.json must have required property 'format'; train it again/);
    expect(exitCode).toBe(1);
  });

  it('names what is wrong with the environment, a broken runbook, the model and the Triggers at once', async () => {
    const folder = temporaryFolder({ 'trm.json': '{}', 'a.yaml': 'kind: Trigger', 'b.yaml': 'kind: [' });
    const options = ['--runbook', '/nowhere', '--models', folder, '--triggers', folder];
    const { exitCode, out } = await run(['check', ...options], { env: { PROTECTED_NAMESPACES: 'Shop' } });
    for (const part of [
      'the environment: PROTECTED_NAMESPACES must be',
      '/nowhere:1: there is no such folder',
      'trm.json must have required',
      `${folder}/a.yaml:1: the file must have required`,
      `${folder}/b.yaml:1: Flow sequence`,
    ])
      expect(out).toContain(part);
    expect(exitCode).toBe(1);
  });

  it('tells what changes nothing', async () => {
    const { exitCode, out } = await run(['check'], { env: { PROTECTED_NAMESPACE: 'shop' } });
    expect(out).toContain('PROTECTED_NAMESPACE is not a setting of agent-sre and changes nothing');
    expect(exitCode).toBe(0);
  });
});
