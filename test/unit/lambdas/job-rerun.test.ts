import { describe, expect, it } from 'vitest';
import { decideRerun } from '../../../lambdas/job-rerun.ts';
import type { Job } from '../../../lambdas/kit/objects.ts';
import { callOf, metadata } from '../../support/lambdas.ts';

const FAILED = { conditions: [{ type: 'Failed', status: 'True' }] };
const CALL = callOf({ name: 'backup' });

function job(more: Partial<Job> = {}, of: Partial<Job['metadata']> = {}): Job {
  return { metadata: metadata({ name: 'backup', ...of }), spec: {}, status: FAILED, ...more };
}

function made(from: Job): Job {
  const [step] = decideRerun({ job: from, rerun: undefined, owner: undefined }, CALL).steps;
  if (step?.verb !== 'create') throw new Error('no Job is made');
  return step.object as Job;
}

describe('job-rerun', () => {
  it.each<[string, Job | undefined, string | undefined, string]>([
    ['a Job that has failed', job(), undefined, 'rerun'],
    ['one of a CronJob', job(), 'CronJob', 'rerun'],
    ['one of an operator', job(), 'Workflow', 'owner_unknown'],
    ['one that is not there', undefined, undefined, 'not_found'],
    ['one that runs', job({ status: { active: 1 } }), undefined, 'still_running'],
    [
      'one that is failing and not yet over',
      job({ status: { conditions: [{ type: 'FailureTarget', status: 'True' }] } }),
      undefined,
      'still_running',
    ],
    [
      'one that has succeeded',
      job({ status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
      undefined,
      'succeeded',
    ],
    ['one that is suspended', job({ spec: { suspend: true } }), undefined, 'suspended'],
    [
      'a second run',
      job({}, { annotations: { 'agent-sre.homelab.io/rerun-of': 'backup' } }),
      undefined,
      'rerun_failed',
    ],
  ])('%s', (_, of, kind, code) => {
    const owner = kind === undefined ? undefined : { kind, name: 'x' };
    expect(decideRerun({ job: of, rerun: undefined, owner }, CALL).code).toBe(code);
  });

  it('is done where the Job of this trigger is there, also if the failed one is gone', () => {
    const rerun = job({}, { name: 'backup-rerun-1' });
    for (const of of [job(), undefined]) {
      expect(decideRerun({ job: of, rerun, owner: undefined }, CALL).code).toBe('already_done');
    }
  });

  it('makes a Job without what ties the old one to its pods, to Git and to kubectl', () => {
    const ties = { 'controller-uid': 'x', 'batch.kubernetes.io/job-name': 'x', 'argocd.argoproj.io/instance': 'x' };
    const labels = { app: 'backup', ...ties };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'v1' }] } };
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'a' };
    const old = job({ spec: { selector: {}, manualSelector: false, template } }, { labels, annotations });
    expect(made(old)).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: expect.stringMatching(/^backup-rerun-[0-9a-f]{8}$/),
        namespace: 'shop',
        labels: { app: 'backup' },
        annotations: { team: 'a', 'agent-sre.homelab.io/rerun-of': 'backup', 'agent-sre.homelab.io/trigger': 't-1' },
      },
      spec: { template: { metadata: { labels: { app: 'backup' } }, spec: template.spec } },
    });
  });

  it('gives a long name one that a label can carry', () => {
    const { name } = made(job({}, { name: 'x'.repeat(63) })).metadata;
    expect(name.length).toBeLessThanOrEqual(63);
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
  });
});
