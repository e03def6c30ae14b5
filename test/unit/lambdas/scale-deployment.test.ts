import { describe, expect, it } from 'vitest';
import { decideScale } from '../../../lambdas/scale-deployment.ts';
import { callOf, deployment, MARKED, metadata } from '../../support/lambdas.ts';

const hpa = (kind: string, name: string) => ({ metadata: { name: 'hpa' }, spec: { scaleTargetRef: { kind, name } } });

describe('scale-deployment', () => {
  it.each([
    // replicas now, asked for, then, code
    [2, '+1', 3, 'scaled'],
    [undefined, '+2', 3, 'scaled'],
    [2, 5, 5, 'scaled'],
    [9, '+1', 10, 'scaled'],
    [10, '+1', undefined, 'above_ceiling'],
    [2, 2, undefined, 'at_target'],
    [4, 3, undefined, 'scales_down'],
    [0, '+1', undefined, 'scaled_to_zero'],
    [0, 5, undefined, 'scaled_to_zero'],
    [2, Number.NaN, undefined, 'scales_down'],
  ])('%s replicas and %s asked for: %s, %s', (replicas, asked, then, code) => {
    const object = { metadata: metadata(), spec: replicas === undefined ? {} : { replicas } };
    const plan = decideScale({ deployment: object, autoscalers: [] }, callOf({ name: 'web', replicas: asked }));
    expect([plan.code, plan.steps.length]).toEqual([code, then === undefined ? 0 : 1]);
    if (then !== undefined) expect(plan.steps[0]).toMatchObject({ after: { spec: { replicas: then } } });
  });

  it.each([
    ['Deployment', 'web', 'autoscaled'],
    ['Deployment', 'other', 'scaled'],
    ['StatefulSet', 'web', 'scaled'],
  ])('an autoscaler of the %s %s: %s', (kind, name, code) => {
    const facts = { deployment: deployment(), autoscalers: [hpa(kind, name)] };
    expect(decideScale(facts, callOf({ name: 'web', replicas: '+1' })).code).toBe(code);
  });

  it('is done once for a trigger, whatever came after it', () => {
    const facts = { deployment: { ...deployment({ replicas: 0 }), metadata: MARKED }, autoscalers: [] };
    expect(decideScale(facts, callOf({ name: 'web', replicas: '+1' }))).toMatchObject({
      code: 'already_done',
      steps: [],
    });
  });
});
