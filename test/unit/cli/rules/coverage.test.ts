import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import { describe, expect, it } from 'vitest';
import { startReceiver } from '../../../support/receiver.ts';
import { SHIPPED_RUNBOOK } from '../../../support/shipped-runbook.ts';
import { FIXTURES, run, temporaryFile } from '../../../support/terminal.ts';

const FOLDER = join(FIXTURES, 'rules');
const FILES = readdirSync(FOLDER).map((name) => join(FOLDER, name));

describe('agent-sre coverage', () => {
  it('tells of every rule what it would get, and counts', async () => {
    const { exitCode, out } = await run(['coverage', ...FILES]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/KubePodCrashLooping +pod-restart +name=some-pod/);
    expect(out).toMatch(/NobodyHeardOfThis +nobody is sure/);
    expect(out.split('\n').at(-1)).toMatch(/^12 rules: \d+ get a function, \d+ no action, \d+ no answer$/);
  });

  it('lists only what nobody answers, in JSON too', async () => {
    const { out } = await run(['coverage', ...FILES, '--unanswered', '--json']);
    const { rules } = JSON.parse(out) as { rules: { alert: string; outcome: string; rule: string }[] };
    expect(rules).toContainEqual(
      expect.objectContaining({ alert: 'NobodyHeardOfThis', rule: expect.stringMatching(/jsonnet\.json:17$/) }),
    );
    expect(new Set(rules.map(({ outcome }) => outcome))).toEqual(new Set(['abstained']));
  });

  it.each<[string, string[], string]>([
    ['nothing', [], 'coverage needs rule files'],
    ['files and a server', ['a.yaml', '--prometheus', 'http://127.0.0.1:1'], 'not both'],
    ['what is no URL', ['--prometheus', 'prometheus'], '"prometheus" is not an http or https URL'],
  ])('does not take %s', async (_, args, message) => {
    const { exitCode, err } = await run(['coverage', ...args]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it('asks a Prometheus for its rules', async () => {
    const rules = [
      { name: 'KubePodCrashLooping', query: 'sum by (pod, namespace) (x) > 1', labels: {}, annotations: {} },
    ];
    const body = JSON.stringify({
      status: 'success',
      data: { groups: [{ name: 'g', file: '/etc/rules.yaml', rules }] },
    });
    const { url, received } = await startReceiver(() => ({ status: 200, body }));
    const { exitCode, out } = await run(['coverage', '--prometheus', `${url}/prometheus/`]);
    expect([exitCode, received[0]?.path]).toEqual([0, '/prometheus/api/v1/rules?type=alert']);
    expect(out).toMatch(/KubePodCrashLooping +pod-restart .*\/etc\/rules\.yaml: g/);
  });

  it('tells that a server does not answer', async () => {
    const { exitCode, err } = await run(['coverage', '--prometheus', 'http://127.0.0.1:1/prometheus']);
    expect([exitCode, err]).toEqual([1, expect.stringContaining('http://127.0.0.1:1/prometheus/api/v1/rules')]);
  });
});

const LOOK = `# a claim
groups:
- name: g
  rules:
  - alert: KubePersistentVolumeFillingUp
    expr: kubelet_volume_stats_available_bytes < 1   # bytes
    annotations: {summary: 'claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} fills up'}
`;

/** The shipped runbook, which knows the claim. */
const env = { RUNBOOK_DIR: SHIPPED_RUNBOOK };

describe('agent-sre annotate', () => {
  it('prints a diff that adds annotations and nothing else', async () => {
    const file = temporaryFile('rules.yaml', LOOK);
    const { exitCode, out, err } = await run(['annotate', file], { env });
    expect([exitCode, err]).toEqual([0, '1 rules: 1 get annotations, 0 need nothing, 0 are doubtful']);
    const added = '{lambda_function: "check-pvc-status", summary:';
    expect(applyPatch(LOOK, out)).toBe(LOOK.replace('{summary:', added));
    expect(readFileSync(file, 'utf8')).toBe(LOOK);
  });

  it('with --write changes the file, once', async () => {
    const file = temporaryFile('rules.yaml', LOOK);
    await run(['annotate', file, '--write'], { env });
    const once = readFileSync(file, 'utf8');
    expect(once).toContain('lambda_function');
    const { err } = await run(['annotate', file, '--write'], { env });
    expect(err).toBe('1 rules: 0 get annotations, 1 need nothing, 0 are doubtful');
    expect(readFileSync(file, 'utf8')).toBe(once);
  });

  it('writes nothing that changes something on the word of one tier, and says which', async () => {
    const { out, err } = await run(['annotate', join(FOLDER, 'operator.yaml')]);
    expect(out).toBe('');
    expect(err).toMatch(/operator\.yaml:12: KubePodCrashLooping: pod-restart by rules alone: /);
  });

  it.each(['1.1', '', 'sure'])('does not take %j for a confidence', async (share) => {
    const { exitCode, err } = await run(['annotate', ...FILES, '--min-confidence', share]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--min-confidence must be a number from 0 to 1')]);
  });
});
