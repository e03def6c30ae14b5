import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeOf } from '../../../cli/diff.ts';
import type { Ending } from '../../../cli/ending.ts';
import { GOOD_RUNBOOK, run, temporaryFile, temporaryFolder } from '../../support/terminal.ts';

const ending = (kind: Ending['kind'], lambdaFunction?: string, parameters?: string) =>
  ({ kind, lambdaFunction, parameters }) as Ending;
const called = ending('called', 'f', 'name=a');
const none = ending('no action');

describe('the change between two ends', () => {
  it.each([
    ['same', called, called],
    ['same', undefined, undefined],
    ['new', none, called],
    ['new', undefined, called],
    ['lost', called, none],
    ['other function', called, ending('called', 'g', 'name=a')],
    ['other target', called, ending('called', 'f', 'name=b')],
    ['other end', called, ending('suppressed', 'f', 'name=a')],
  ])('is %s', (change, old, now) => {
    expect(changeOf(old, now)).toBe(change);
  });
});

const crashing = { labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'web-1' } };
const watchdog = { labels: { alertname: 'Watchdog' } };
const alerts = [crashing, watchdog].map((alert) => JSON.stringify(alert)).join('\n');

/** The good runbook with other words in one of its files. */
function changedRunbook(file: string, words: string, other: string): string {
  const folder = temporaryFolder(GOOD_RUNBOOK);
  const path = join(folder, file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(words, other));
  return folder;
}

describe('agent-sre diff', () => {
  it('says that nothing would change by the same runbook', async () => {
    const file = temporaryFile('alerts.jsonl', alerts);
    const ran = await run(['diff', GOOD_RUNBOOK, GOOD_RUNBOOK, '--alerts', file]);
    expect(ran).toEqual({ exitCode: 0, out: '2 alerts: 0 would end otherwise', err: '' });
  });

  it('shows the alert that would end otherwise, and fails', async () => {
    const other = changedRunbook('policy.yaml', 'protectedNamespaces: [', 'protectedNamespaces: [shop, ');
    const { exitCode, out } = await run(['diff', GOOD_RUNBOOK, other, '--alerts', '-'], { stdin: alerts });
    expect(exitCode).toBe(1);
    expect(out).toMatch(/KubePodCrashLooping shop\/web-1 +other function +pod-restart .* pod-check-status/);
    expect(out).toMatch(/2 alerts: 1 would end otherwise$/);
  });

  it('takes recorded events, from the alert on', async () => {
    const attributes = { specversion: '1.0', id: '1', source: '/x', type: 'io.homelab.agent-sre.rules.requested' };
    const event = { ...attributes, data: { alert: crashing, attempts: [] } };
    const file = temporaryFile('events.jsonl', event);
    const { out } = await run(['diff', GOOD_RUNBOOK, GOOD_RUNBOOK, '--alerts', file, '--json']);
    expect(JSON.parse(out)).toMatchObject({ alerts: [{ alert: 'KubePodCrashLooping shop/web-1', change: 'same' }] });
  });

  it.each([
    [['diff', GOOD_RUNBOOK], 'diff needs two runbooks'],
    [['diff', GOOD_RUNBOOK, GOOD_RUNBOOK], 'diff needs --alerts FILE'],
  ])('does not take %j', async (args, message) => {
    const { exitCode, err } = await run(args);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
