import { describe, expect, it } from 'vitest';
import { decideByRules } from '../../../../functions/rule-fallback/rules.ts';
import { type Labels, parseAlert } from '../../../../shared/alert/alert.ts';
import { indexEntries } from '../../../../shared/runbook/first-entry.ts';
import { parseMatcher } from '../../../../shared/runbook/matcher.ts';
import type { Runbook, RunbookEntry } from '../../../../shared/runbook/runbook.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

function decide(runbook: Runbook, labels: Labels) {
  return decideByRules(runbook, indexEntries(runbook), parseAlert({ labels }));
}

describe('decideByRules', () => {
  it.each([
    [{ alertname: 'Watchdog' }, { outcome: 'none', reason: 'no_action', entry: 'meta' }],
    [
      { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'p' },
      { outcome: 'selected', lambda_function: 'pod-restart', entry: 'pod-crash-looping', confidence: 1 },
    ],
    [{ alertname: 'KubePodCrashLooping' }, { outcome: 'none', reason: 'no_action', entry: 'pod-crash-looping' }],
    [
      { alertname: 'KubeBackupJobFailed', namespace: 'backup', job_name: 'restic-1' },
      { outcome: 'selected', lambda_function: 'job-rerun', parameters: { name: 'restic-1', namespace: 'backup' } },
    ],
    [
      { alertname: 'KubeBackupJobFailed', namespace: 'kube-system', job_name: 'restic-1' },
      { outcome: 'none', reason: 'no_action', reasoning: 'nothing is changed in a protected namespace' },
    ],
    [
      { alertname: 'KubeBackupJobFailed', namespace: 'backup' },
      { outcome: 'abstained', reason: 'no_match' },
    ],
    [{ alertname: 'NobodyKnowsMe' }, { outcome: 'abstained', reason: 'no_match' }],
    [{ alertname: 'constructor' }, { outcome: 'abstained', reason: 'no_match' }],
  ])('%j', (labels, expected) => {
    expect(decide(smallRunbook, labels as Labels)).toMatchObject(expected);
  });

  const MISSPELT = 'what the alert says of its function lets only functions that observe follow';
  it.each([
    [{ alertname: 'KubeBackupJobFailed', namespace: 'backup', job_name: 'restic-1' }, MISSPELT],
    [{ alertname: 'KubePodCrashLooping' }, 'no label names the pod'],
  ])('tells what keeps a call back where the annotation is misspelt: %j', (labels, reasoning) => {
    const alert = parseAlert({ labels, annotations: { lambda_function: 'job-rreun' } });
    const decision = decideByRules(smallRunbook, indexEntries(smallRunbook), alert);
    expect(decision).toMatchObject({ outcome: 'none', reason: 'no_action', reasoning });
  });

  const entry = (id: string, rest: Partial<RunbookEntry>): RunbookEntry => {
    const matchers = (rest.match ?? []).map(parseMatcher);
    return { id, situation: 'meta', matchers, ...rest };
  };
  const ordered = (...entries: RunbookEntry[]): Runbook => ({ ...smallRunbook, entries });
  const narrow = entry('narrow', { names: ['A'], match: ['zone="x"'] });
  const named = entry('named', { names: ['A'] });
  const general = entry('general', { match: ['team="t"'] });

  it.each([
    ['the first of the same name that matches', ordered(narrow, named), { alertname: 'A', zone: 'x' }, 'narrow'],
    ['the next where the first does not match', ordered(narrow, named), { alertname: 'A', zone: 'y' }, 'named'],
    ['one for any name that stands before', ordered(general, named), { alertname: 'A', team: 't' }, 'general'],
    ['one for the name that stands before', ordered(named, general), { alertname: 'A', team: 't' }, 'named'],
    ['one for the name amid others', ordered(narrow, named, general), { alertname: 'A', team: 't' }, 'named'],
    ['one for any name', ordered(named, general), { alertname: 'B', team: 't' }, 'general'],
  ])('the order of the runbook decides: %s', (_, runbook, labels, expected) => {
    expect(decide(runbook, labels as Labels)).toMatchObject({ entry: expected });
  });
});
