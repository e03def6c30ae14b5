import { describe, expect, it } from 'vitest';
import { decideClaimReport } from '../../../lambdas/check-pvc-status.ts';
import type { Api } from '../../../lambdas/kit/api.ts';
import { ApiFailure } from '../../../lambdas/kit/failure.ts';
import { tryReading } from '../../../lambdas/kit/look.ts';
import type { ContainerStatus, Pod } from '../../../lambdas/kit/objects.ts';
import { stateText, worstContainer, worstFirst } from '../../../lambdas/kit/pods.ts';
import { decideNodeReport, hostOf } from '../../../lambdas/node-check-status.ts';
import { decidePodReport } from '../../../lambdas/pod-check-status.ts';
import { callOf, metadata, podObject } from '../../support/lambdas.ts';

const NOTHING = { value: [] } as const;
const DENIED = { missing: 'sa may not list Event in namespace shop' };
const NO_METRICS = { value: undefined } as const;

function pod(phase: string, ...statuses: readonly [ready: boolean, restarts: number][]): Pod {
  const containerStatuses = statuses.map(([ready, restartCount], index) => ({
    name: `c${index}`,
    ready,
    restartCount,
  }));
  return { ...podObject(), status: { phase, containerStatuses } };
}

describe('pod-check-status', () => {
  const look = { pod: pod('Running', [false, 7]), owner: undefined, events: NOTHING, usage: NO_METRICS, log: NOTHING };

  it('tells what it could not read, and goes on', () => {
    const { code, report } = decidePodReport(
      { found: 1, looks: [{ ...look, events: DENIED }] },
      callOf({ name: 'web-1' }),
    );
    expect(code).toBe('reported');
    expect(report).toContain('Pod shop/web-1');
    expect(report).toContain(DENIED.missing);
    expect(report).toContain('there are no metrics');
  });

  it('says how many pods there are', () => {
    const { message } = decidePodReport({ found: 12, looks: [look, look, look] }, callOf({ selector: 'app=web' }));
    expect(message).toBe('looked at the worst 3 of 12 pods');
  });

  it.each([
    [{ name: 'web-1' }, /no Pod shop\/web-1/],
    [{ selector: 'app=web' }, /no pod in shop has the labels app=web/],
  ])('finds nothing for %j', (parameters, message) => {
    const plan = decidePodReport({ found: 0, looks: [] }, callOf(parameters));
    expect(plan).toMatchObject({ code: 'not_found', message: expect.stringMatching(message) });
  });

  it('keeps a look at pods with endless messages within what an event can carry', () => {
    const text = 'x'.repeat(100_000);
    const state: ContainerStatus = { name: 'main', state: { waiting: { reason: 'Error', message: text } } };
    const status = { phase: 'Running', message: text, containerStatuses: [state, state, state] };
    const long = {
      ...look,
      pod: { ...podObject(), status },
      log: { value: Array(20).fill('y'.repeat(300)) as string[] },
    };
    const plan = decidePodReport({ found: 3, looks: [long, long, long] }, callOf({ selector: 'app=web' }));
    expect(JSON.stringify([plan.report, plan.findings]).length).toBeLessThan(40_000);
  });
});

describe('which is the worst', () => {
  it.each([
    ['a pod that is not ready before one that restarts', pod('Running', [false, 0]), pod('Running', [true, 99])],
    ['a pod that waits before one that runs', pod('Pending'), pod('Running', [true, 3])],
    ['the pod with more restarts', pod('Running', [true, 3]), pod('Running', [true, 2])],
  ])('%s', (_, first, second) => {
    expect([second, first].toSorted(worstFirst)).toEqual([first, second]);
  });

  it('is the container that is not ready', () => {
    const { containerStatuses = [] } = pod('Running', [true, 9], [false, 1]).status ?? {};
    expect(worstContainer(containerStatuses)?.name).toBe('c1');
  });

  it.each<[ContainerStatus['state'], string]>([
    [{ waiting: { reason: 'CrashLoopBackOff' } }, 'waiting (CrashLoopBackOff)'],
    [{ terminated: { reason: 'OOMKilled', exitCode: 137 } }, 'OOMKilled (exit code 137)'],
    [{ terminated: { signal: 9 } }, 'ended (signal 9)'],
    [{ running: { startedAt: '2026-11-28T08:00:00Z' } }, 'running since 2026-11-28T08:00:00Z'],
    [undefined, 'of no state'],
  ])('%j reads %s', (state, text) => {
    expect(stateText(state)).toBe(text);
  });
});

describe('node-check-status', () => {
  it.each([
    ['10.0.0.7:9100', '10.0.0.7'],
    ['[fd00::7]:9100', 'fd00::7'],
    ['fd00::7', 'fd00::7'],
    ['node-a', 'node-a'],
    ['node-a.example:9100', 'node-a.example'],
  ])('an exporter at %s is on %s', (instance, host) => {
    expect(hostOf(instance)).toBe(host);
  });

  it('names the pods that do not run', () => {
    const node = { metadata: metadata({ name: 'node-a' }) };
    const facts = { node, pods: { value: [pod('Running'), pod('Pending')] }, usage: NO_METRICS, events: NOTHING };
    expect(decideNodeReport(facts, callOf({ name: 'node-a' })).report).toMatch(
      /2, of which not running:\n {2}shop\/web-1 Pending/,
    );
  });
});

describe('check-pvc-status', () => {
  it('tells who mounts the claim, and whether it can grow', () => {
    const storageClass = {
      value: { metadata: { name: 'fast' }, provisioner: 'example.com/x', allowVolumeExpansion: true },
    };
    const claim = { metadata: metadata({ name: 'data' }), status: { phase: 'Bound', capacity: { storage: '1Gi' } } };
    const facts = { claim, volume: NO_METRICS, storageClass, pods: { value: [podObject()] }, events: NOTHING };
    const plan = decideClaimReport(facts, callOf({ name: 'data' }));
    expect(plan.report).toMatch(/claims can be enlarged[\s\S]*Mounted by\n {2}web-1/);
    expect(plan.findings).toMatchObject({ phase: 'Bound', expandable: true, pods: ['web-1'] });
  });
});

it('what is not a failure of the API server is not hidden', async () => {
  const api: Pick<Api, 'text'> = { text: () => Promise.reject(new ApiFailure('temporary', 'unexpected', 'busy', '')) };
  expect(await tryReading(() => api.text({} as never))).toEqual({ missing: 'busy' });
  await expect(tryReading(() => Promise.reject(new TypeError('a fault')))).rejects.toThrow('a fault');
});
