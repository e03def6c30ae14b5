import { describe, expect, it } from 'vitest';
import { openHistory } from '../../../../cli/history/file.ts';
import { recordOf } from '../../../../cli/history/record.ts';
import { endingOf } from '../../../../cli/read-ending.ts';
import { crashing, restart, TYPES } from '../../../support/alerts.ts';
import { NOW, run, temporaryFolder } from '../../../support/terminal.ts';

const attempts = [
  { method: 'trm', outcome: 'abstained', reason: 'below_threshold', confidence: 0.41, duration_ms: 12 },
  { method: 'rules', outcome: 'selected', reason: 'matched', lambda_function: 'pod-restart', entry: 'pods/crash' },
];
const call = { alert: crashing, ...restart, confidence: 1, reasoning: 'restart it', attempts };
const selection = { ...call, method: 'rules' };
const STORY: readonly [keyof typeof TYPES, unknown][] = [
  [
    'asked',
    { selection, reason: 'suggest', message: 'the policy asks', token: 'v1.secret', policy_hash: '5f3c0b1de2a49c77' },
  ],
  ['granted', { token: 'x', approver: 'mira' }],
  ['trigger', { ...call, triggered_by: 'rules', approved_by: 'mira', policy_hash: '5f3c0b1de2a49c77' }],
  ['finished', { ...restart, outcome: 'done', code: 'evicted', message: 'the pod was evicted' }],
  ['verified', { selection, took_ms: 300_000 }],
];

function folderOf(...episodes: readonly string[]): string {
  const folder = temporaryFolder({});
  const history = openHistory(folder);
  for (const episode of episodes) {
    for (const [index, [name, data]] of STORY.entries()) {
      const event = { attributes: { id: `${episode} ${index}`, type: TYPES[name], correlationid: episode }, data };
      const ending = endingOf(event);
      if (ending !== undefined)
        history.write(recordOf({ said: event, ending }, true, new Date(NOW.getTime() + index * 60_000)));
    }
  }
  history.close();
  return folder;
}

describe('agent-sre explain', () => {
  it.each(['c2b1.1', 'c2b1'])('%s tells the votes, the policy and what came of it', async (episode) => {
    const { out, exitCode } = await run(['explain', episode, '--data', folderOf('c2b1.1', 'd3.1')]);
    const [title, , heading, , ...lines] = out.split('\n');
    expect(title).toBe('KubePodCrashLooping shop/checkout-7c9f8d5b6-x2x7k [c2b1.1]');
    expect(heading).toMatch(/^tier +vote +function +parameters +confidence +entry +reason +ms *$/);
    expect(lines[0]).toMatch(/^trm +abstained +0\.41 +below_threshold +12\.0/);
    const call = 'pod-restart name=checkout-7c9f8d5b6-x2x7k namespace=shop type=pod';
    expect(lines.slice(lines.indexOf(''))).toEqual([
      '',
      `2026-11-23 02:31:00  a person was asked: ${call} (rules 1.00) waits for a person: suggest: the policy asks`,
      '2026-11-23 02:32:00  a person said yes: approved by mira',
      `2026-11-23 02:33:00  the Lambda function was called: ${call} (rules 1.00): restart it, approved by mira`,
      `2026-11-23 02:34:00  the Lambda function has finished: ${call}: done, evicted: the pod was evicted`,
      `2026-11-23 02:35:00  it has worked: ${call} worked: the alert resolved after 5 min`,
      '',
      'decided by the policy 5f3c0b1de2a49c77',
      '',
      'the runbook: entry pod-crashes, situation pod-crashes',
      '  1. pod-restart: holds: not waiting, the labels name its target (restart the failing pod)',
      '  2. pod-check-status: not tried',
      '  3. none: not tried',
      `  → ${call} (restart the failing pod)`,
      'what would change that answer',
      '  without pod: none (no label names the pod)',
      '  with phase="Pending": pod-check-status name=checkout-7c9f8d5b6-x2x7k namespace=shop (this pod is not restarted)',
    ]);
    expect(exitCode).toBe(0);
  });

  const LABELS = ['alertname=KubePodCrashLooping', 'namespace=shop', 'pod=web-x2x7k'];

  it.each([
    ['labels', LABELS, ''],
    ['standard input', ['-'], JSON.stringify({ labels: crashing.labels })],
  ])('tells how the alert of %s would be decided, and why', async (_, operands, stdin) => {
    const { out, exitCode } = await run(['explain', ...operands], { stdin });
    expect(out).toMatch(/^rules +selected +pod-restart/m);
    expect(out).toMatch(/^the runbook: entry pod-crashes, situation pod-crashes$/m);
    expect(out).toMatch(/^ {2}with phase="Pending": pod-check-status/m);
    expect(exitCode).toBe(0);
  });

  it("tells that an alert's own annotation has decided, and not the runbook", async () => {
    const annotations = { lambda_function: 'pod-check-status', lambda_parameters: '{"name":"web","namespace":"shop"}' };
    const { out } = await run(['explain', '-'], { stdin: JSON.stringify({ labels: crashing.labels, annotations }) });
    expect(out).toMatch(/^static +selected +pod-check-status/m);
    expect(out).toMatch(
      /^ {2}→ pod-restart .*\nthe alert's own annotation has decided; without it the runbook is asked$/m,
    );
  });

  it('tells what would have to stand in the runbook where no entry takes an alert', async () => {
    const { out } = await run(['explain', 'alertname=Odd']);
    expect(out.split('\n').slice(-4)).toEqual([
      'the runbook: no entry takes the alert',
      '  → the rules abstain',
      'what would change that answer',
      '  in the runbook an entry with names: [Odd] and the situation that fits (agent-sre new alert)',
    ]);
  });

  it.each([
    ['an episode that is not there', 'x', 1, 'nothing is recorded of an episode x in '],
    ['a beginning of several', 'c', 2, '2 episodes begin so (give one whole: c1.1, c1.2)'],
  ])('says so of %s', async (_, episode, code, message) => {
    const { exitCode, err } = await run(['explain', episode, '--data', folderOf('c1.1', 'c1.2')]);
    expect([exitCode, err]).toEqual([code, expect.stringContaining(message)]);
  });
});
