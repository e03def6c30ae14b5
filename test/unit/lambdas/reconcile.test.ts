import { describe, expect, it } from 'vitest';
import { decideSync } from '../../../lambdas/argocd-sync-application.ts';
import { decideRenewal } from '../../../lambdas/certificate-renew.ts';
import { decideReconcile } from '../../../lambdas/kit/flux.ts';
import type { Application, Certificate, Conditioned, Node } from '../../../lambdas/kit/objects.ts';
import { RESOURCES } from '../../../lambdas/kit/resources.ts';
import { decideCordon } from '../../../lambdas/node-cordon.ts';
import { callOf, MARKED, metadata, NOW } from '../../support/lambdas.ts';

const STALLED = { conditions: [{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded' }] };
const REQUESTED = 'reconcile.fluxcd.io/requestedAt';
const RESET = 'reconcile.fluxcd.io/resetAt';

describe('flux-reconcile', () => {
  it.each<[string, keyof typeof RESOURCES, Partial<Conditioned>, string, string[]]>([
    ['a Kustomization', 'kustomizations', {}, 'reconcile_requested', [REQUESTED]],
    ['a stalled HelmRelease', 'helmReleases', { status: STALLED }, 'reconcile_requested', [REQUESTED, RESET]],
    [
      'a stalled Kustomization, which counts no failures',
      'kustomizations',
      { status: STALLED },
      'reconcile_requested',
      [REQUESTED],
    ],
    ['a suspended object', 'gitRepositories', { spec: { suspend: true } }, 'suspended', []],
    ['what this trigger has asked for', 'gitRepositories', { metadata: MARKED }, 'already_done', []],
  ])('%s', (_, resource, of, code, written) => {
    const plan = decideReconcile(RESOURCES[resource], { metadata: metadata(), ...of }, callOf());
    const [step] = plan.steps;
    const annotations = step?.verb === 'patch' ? (step.after.metadata.annotations ?? {}) : {};
    const ours = Object.entries(annotations).filter(([name]) => name.startsWith('reconcile.'));
    expect([plan.code, ours]).toEqual([code, written.map((name) => [name, NOW.toISOString()])]);
  });
});

describe('argocd-sync-application', () => {
  it.each<[string, Partial<Application>, string]>([
    ['an Application', {}, 'sync_requested'],
    ['one with an operation', { operation: {} }, 'syncing'],
    ['one whose operation runs', { status: { operationState: { phase: 'Running' } } }, 'syncing'],
    ['one whose operation failed', { status: { operationState: { phase: 'Failed' } } }, 'sync_requested'],
    ['one that this trigger has synced', { metadata: MARKED, operation: {} }, 'already_done'],
  ])('%s', (_, of, code) => {
    expect(decideSync({ metadata: metadata(), ...of }, callOf()).code).toBe(code);
  });

  it('says where Argo CD syncs by itself', () => {
    const automated = { metadata: metadata(), spec: { syncPolicy: { automated: {} } } };
    expect(decideSync(automated, callOf()).message).toMatch(/by itself/);
  });
});

describe('certificate-renew', () => {
  const ISSUING = { conditions: [{ type: 'Issuing', status: 'True' }] };
  const since = (revision: number) => ({
    metadata: metadata({
      annotations: { ...MARKED.annotations, 'agent-sre.homelab.io/renewed-since': `${revision} ${NOW.toISOString()}` },
    }),
  });

  it.each<[string, Partial<Certificate>, string, number]>([
    ['a Certificate', { status: { revision: 3 } }, 'renewal_requested', 2],
    ['one that is being issued', { status: ISSUING }, 'issuing', 0],
    ['one that this trigger has issued again', { ...since(3), status: ISSUING }, 'already_done', 0],
    ['one that was issued since', { ...since(3), status: { revision: 4 } }, 'already_done', 0],
    [
      'one whose issuance failed since',
      { ...since(3), status: { revision: 3, lastFailureTime: '2026-11-28T08:01:00Z' } },
      'already_done',
      0,
    ],
    [
      'one whose issuance failed before',
      { ...since(3), status: { revision: 3, lastFailureTime: '2026-11-28T07:00:00Z' } },
      'renewal_requested',
      1,
    ],
    ['one that was marked before a crash', { ...since(3), status: { revision: 3 } }, 'renewal_requested', 1],
  ])('%s', (_, of, code, steps) => {
    const plan = decideRenewal({ metadata: metadata(), ...of }, callOf());
    expect([plan.code, plan.steps.length]).toEqual([code, steps]);
  });

  it('keeps the other conditions', () => {
    const ready = { type: 'Ready', status: 'False' };
    const old = { type: 'Issuing', status: 'False' };
    const step = decideRenewal({ metadata: metadata(), status: { conditions: [ready, old] } }, callOf()).steps.at(-1);
    const issuing = expect.objectContaining({ type: 'Issuing', status: 'True', observedGeneration: 2 });
    expect(step).toMatchObject({ subresource: 'status', after: { status: { conditions: [ready, issuing] } } });
  });
});

describe('node-cordon', () => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  const node = (name: string, more: Partial<Node> = {}): Node => ({
    metadata: { name, uid: name },
    status: ready,
    ...more,
  });
  const tainted = { spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } };

  it.each<[string, readonly Node[], string]>([
    ['one of two', [node('web'), node('b')], 'cordoned'],
    ['the only one', [node('web')], 'last_nodes'],
    ['the last that is schedulable', [node('web'), node('b', { spec: { unschedulable: true } })], 'last_nodes'],
    ['the last that is ready', [node('web'), node('b', { status: {} })], 'last_nodes'],
    ['the last that is not tainted', [node('web'), node('b', tainted)], 'last_nodes'],
    ['one that is cordoned', [node('web', { spec: { unschedulable: true } }), node('b')], 'cordoned_before'],
  ])('%s', (_, nodes, code) => {
    expect(decideCordon({ node: nodes[0], nodes }, callOf({ name: 'web' })).code).toBe(code);
  });
});
