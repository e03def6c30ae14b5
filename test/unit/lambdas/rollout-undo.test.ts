import { describe, expect, it } from 'vitest';
import type { Metadata, PodTemplate, Workload } from '../../../lambdas/kit/objects.ts';
import { RESOURCES } from '../../../lambdas/kit/resources.ts';
import { decideUndo } from '../../../lambdas/rollout-undo.ts';
import { callOf, deployment, MARKED } from '../../support/lambdas.ts';

const template = (image: string): PodTemplate => ({ spec: { containers: [{ name: 'main', image }] } });
const revisions = [1, 3, 2].map((number) => ({ number, template: template(`v${number}`) }));
const stuck = { observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 2 };
const complete = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

function decide(workload: Partial<Workload> = {}, more: Partial<Metadata> = {}, of = revisions) {
  const whole = { ...deployment({ template: template('v3') }, more), status: stuck, ...workload };
  return decideUndo({ resource: RESOURCES.deployments, workload: whole, revisions: of }, callOf({ name: 'web' }));
}

describe('rollout-undo', () => {
  it('goes back to the revision before the newest', () => {
    const plan = decide();
    expect(plan.code).toBe('undone');
    expect(plan.steps[0]).toMatchObject({ after: { spec: { template: template('v2'), replicas: 2 } } });
  });

  it('goes back to the newest one where the present template has none of its own', () => {
    const plan = decide({ spec: { template: template('v4') } });
    expect(plan.steps[0]).toMatchObject({ after: { spec: { template: template('v3') } } });
  });

  it('takes templates with their keys in another order for the same', () => {
    const [newest, ...others] = revisions.toSorted((a, b) => b.number - a.number);
    const reordered = { number: 3, template: { spec: { containers: [{ image: 'v3', name: 'main' }] } } };
    expect(newest?.number).toBe(3);
    const plan = decide({}, {}, [reordered, ...others]);
    expect(plan.steps[0]).toMatchObject({ after: { spec: { template: template('v2') } } });
  });

  it('does not return to what it went back from', () => {
    const [step] = decide().steps;
    if (step?.verb !== 'patch') throw new Error('it is not a patch');
    // After an undo the template of revision 2 is revision 4, and that of revision 3 the one before.
    const after = [
      { number: 4, template: template('v2') },
      { number: 3, template: template('v3') },
    ];
    const workload = { spec: { template: template('v2') } };
    const annotations = { ...step.after.metadata.annotations, 'agent-sre.homelab.io/trigger': 'another' };
    expect(decide(workload, { annotations }, after).code).toBe('undone_before');
  });

  it.each<[string, Partial<Workload>, Partial<Metadata>, string]>([
    ['a rollout that is complete', { status: complete }, {}, 'rolled_out'],
    ['one whose newest change is not seen', { status: { ...complete, observedGeneration: 1 } }, {}, 'not_observed'],
    ['one whose old pods are still there', { status: { ...complete, replicas: 3 } }, {}, 'undone'],
    ['one that is paused', { spec: { paused: true } }, {}, 'paused'],
    ['one of a Flux Kustomization', {}, { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } }, 'gitops_owned'],
    ['one of a Flux HelmRelease', {}, { labels: { 'helm.toolkit.fluxcd.io/name': 'web' } }, 'gitops_owned'],
    [
      'one of Argo CD',
      {},
      { annotations: { 'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop/web' } },
      'gitops_owned',
    ],
    ['one of Argo CD by its label', {}, { labels: { 'argocd.argoproj.io/instance': 'web' } }, 'gitops_owned'],
    ['one that this trigger has undone', {}, MARKED, 'already_done'],
  ])('%s', (_, workload, more, code) => {
    expect(decide(workload, more).code).toBe(code);
  });

  it('leaves a StatefulSet alone, whatever the policy says', () => {
    const facts = { resource: undefined, workload: undefined, revisions: [] };
    expect(decideUndo(facts, callOf({ name: 'web', type: 'statefulset' })).code).toBe('stateful');
  });

  it('refuses what has one revision', () => {
    expect(decide({}, {}, [{ number: 3, template: template('v3') }]).code).toBe('no_previous_revision');
  });
});
