import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { FIXTURES, run, temporaryFolder } from '../support/terminal.ts';

/** Three programs one after the other, each of which reads the shipped runbook, on a busy machine. */
const TYPED_LIMIT_MS = 120_000;
const SHIPPED = join(FIXTURES, '../../runbook');
const env = { RUNBOOK_DIR: SHIPPED };
const together = (own: string) => loadRunbook(`${SHIPPED}:${own}`, { entries: false });

describe('agent-sre init', () => {
  it('writes a runbook that can stand beside the shipped one', async () => {
    const folder = join(temporaryFolder({}), 'mine');
    const { exitCode, out } = await run(['init', folder], { env });
    expect([exitCode, out]).toEqual([0, expect.stringContaining('export RUNBOOK_DIR=')]);
    expect(together(join(folder, 'runbook')).catalogue.has('pod-restart')).toBe(true);
    expect(readFileSync(join(folder, 'alertmanager.yaml'), 'utf8')).toContain('url: http://127.0.0.1:8080/');
  });

  it(
    'prints next steps that work as they are typed, in the folder just made',
    async () => {
      const folder = join(temporaryFolder({}), "my runbook's");
      const { out } = await run(['init', folder], { env });
      const [, ...steps] = out.split('\n').filter((line) => line !== '');
      expect(steps).toHaveLength(4);
      const typed = ['set -e', ...steps].join('\n').replace(/ run$/, ' run --help');
      const told = execFileSync('bash', ['-c', typed], { cwd: folder, encoding: 'utf8' });
      expect(told).toMatch(/: written; node .*: no problems\nUsage: agent-sre run/s);
      expect(readFileSync(join(folder, 'runbook/alerts/own.yaml'), 'utf8')).toContain('KubeJobFailed');
    },
    TYPED_LIMIT_MS,
  );

  it.each([['/proc/agent-sre-test'], [join(FIXTURES, 'alerts/job-failed.firing.json')]])(
    'says so where %s cannot be a folder',
    async (folder) => {
      const { exitCode, err } = await run(['init', folder], { env });
      expect([exitCode, err]).toEqual([2, expect.stringContaining('cannot be written')]);
    },
  );

  it('overwrites nothing', async () => {
    const folder = temporaryFolder({});
    await run(['init', folder], { env });
    const { exitCode, err } = await run(['init', folder], { env });
    expect([exitCode, err]).toEqual([2, expect.stringContaining('is there already')]);
  });
});

describe('agent-sre new', () => {
  it('adds an entry that decides', async () => {
    const own = join(temporaryFolder({}), 'own');
    await run(['new', 'runbook', own], { env });
    for (const name of ['KubeJobFailed', 'KubeletDown']) {
      await run(['new', 'alert', name, '--situation', 'no-action', '--runbook', own], { env });
    }
    const decided = ['decide', 'alertname=KubeJobFailed', 'namespace=shop', 'job_name=a', '--expect', 'none'];
    const { exitCode, out } = await run(decided, { env: { ...env, RUNBOOK_DIR: `${SHIPPED}:${own}` } });
    expect([exitCode, out]).toEqual([0, expect.stringContaining('kube-job-failed')]);
  });

  it('knows the situations and the targets of the folder that it adds to', async () => {
    const own = temporaryFolder({
      'situations.yaml': 'situations: { cart-slow: { cases: [{ do: none, reason: a person looks first }] } }\n',
      'policy.yaml': 'targets: { cart: [{ name: ["{{ $labels.cart }}"] }] }\n',
    });
    for (const added of ['alert CartSlow --situation cart-slow', 'function cart-flush --target cart']) {
      const { exitCode, err } = await run(['new', ...added.split(' '), '--runbook', own], { env });
      expect([exitCode, err], added).toEqual([0, '']);
    }
  });

  it('adds a function to the catalogue', async () => {
    const own = join(temporaryFolder({}), 'own');
    await run(['new', 'runbook', own], { env });
    await run(['new', 'function', 'queue-purge', '--risk', 'reversible', '--runbook', own], { env });
    expect(readFileSync(join(own, 'catalogue.yaml'), 'utf8')).toContain('  queue-purge:\n    description: "TODO');
    expect(together(own).catalogue.get('queue-purge')?.risk).toBe('reversible');
  });

  it('leaves places to be filled in, each of which check names', async () => {
    const own = join(temporaryFolder({}), 'own');
    const { out } = await run(['new', 'function', 'queue-purge', '--runbook', own], { env });
    await run(['new', 'function', 'queue-drain', '--runbook', own], { env });
    const checked = await run(['check', '--runbook', `${SHIPPED}:${own}`], { env: { ...env, MODELS_DIR: 'models' } });
    expect(out).toContain(` check --runbook ${SHIPPED}:${own}`);
    expect([checked.exitCode, checked.out.split('\n').filter((line) => line.includes('TODO'))]).toEqual([
      1,
      [
        `${own}/catalogue.yaml:3: functions.queue-purge.description says TODO; fill it in`,
        `${own}/catalogue.yaml:14: functions.queue-drain.description says TODO; fill it in`,
      ],
    ]);
  });

  it('leaves a file alone that it cannot add to, and shows what to add', async () => {
    const own = temporaryFolder({ 'catalogue.yaml': 'functions: { x: 1 }\n' });
    const { exitCode, err } = await run(['new', 'function', 'f', '--runbook', own], { env });
    expect([exitCode, err]).toEqual([2, expect.stringContaining('put this there by hand:\n  f:')]);
    expect(readFileSync(join(own, 'catalogue.yaml'), 'utf8')).toBe('functions: { x: 1 }\n');
  });

  it.each([
    [['new', 'functoin', 'f', '--runbook', 'x'], 'did you mean function?'],
    [['new', 'function', 'F_1', '--runbook', 'x'], '"F_1" is not a name of a function'],
    [['new', 'function', 'pod-restart', '--runbook', 'x'], 'there is a function pod-restart already'],
    [['new', 'function', 'f', '--runbook', 'x', '--risk', 'none'], '--risk must not be "none"'],
    [['new', 'alert', 'A', '--runbook', 'x', '--situation', 'no-actoin'], 'did you mean no-action?'],
    [['new', 'alert', 'A', '--situation', 'no-action'], 'new alert needs --runbook DIR'],
    [['new', 'alert'], 'new alert needs a name'],
  ])('%j tells what is wrong', async (args, message) => {
    const { exitCode, err } = await run(args, { env });
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
