import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, mergePatch } from '../../../../lambdas/kit/merge-patch.ts';
import { isObject } from '../../../../shared/json.ts';

/** RFC 7396, as an API server applies it. */
function apply(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = { ...(isObject(target) ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = apply(result[key], value);
  }
  return result;
}

// Kubernetes objects hold no null.
const { object } = fc.letrec((tie) => ({
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 3 }),
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 2 }), tie('object')),
}));

describe('a merge patch', () => {
  it('makes the one of the other', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        expect(apply(before, mergePatch(before, after) ?? {})).toEqual(after);
      }),
    );
  });

  it('is nothing where nothing differs', () => {
    expect(mergePatch({ a: [1] }, { a: [1] })).toBeUndefined();
  });
});

describe('the changes for people', () => {
  it.each([
    [{ spec: { replicas: 2 } }, { spec: { replicas: 3 } }, [{ path: 'spec.replicas', from: 2, to: 3 }]],
    [{}, { spec: { unschedulable: true } }, [{ path: 'spec.unschedulable', from: null, to: true }]],
    [{ a: { 'x/y': '1' } }, { a: {} }, [{ path: 'a["x/y"]', from: '1', to: null }]],
    [{ c: [{ image: 'v1' }] }, { c: [{ image: 'v2' }] }, [{ path: 'c[0].image', from: 'v1', to: 'v2' }]],
    [{ c: [{ env: [{ value: 'secret' }] }] }, { c: [{ env: [{ value: 'other' }] }] }, [{ path: 'c[0].env[0].value' }]],
    [{ c: { args: ['--password=x'] } }, { c: { args: ['--password=y'] } }, [{ path: 'c.args[0]' }]],
  ])('%j → %j', (before, after, changes) => {
    expect(changesOf(before, after)).toEqual(changes);
  });

  it('are few, and short', () => {
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`k${index}`, 'x'.repeat(999)]));
    expect(JSON.stringify(changesOf(many, {})).length).toBeLessThan(6_000);
  });
});
