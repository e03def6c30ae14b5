import { expect, it } from 'vitest';
import { isMarked, withMark } from '../../../../lambdas/kit/mark.ts';

const bare = { metadata: { name: 'web' } };

it('a trigger is found behind those that came after it', () => {
  let object = withMark(bare, 'first');
  for (const id of ['second', 'third', 'fourth']) object = withMark(object, id);
  expect([isMarked(object, 'first'), isMarked(object, 'fifth')]).toEqual([true, false]);
});

it('ids that anybody made up are told apart, and take little room', () => {
  const ids = ['x'.repeat(4_096), `${'x'.repeat(4_095)}y`, 'a,b', 'a', ' '];
  let object: typeof bare = bare;
  for (const id of ids.slice(0, 3)) object = withMark(object, id);
  expect(ids.map((id) => isMarked(object, id))).toEqual([true, true, true, false, false]);
  for (let id = 0; id < 99; id++) object = withMark(object, `${id}`.padEnd(64, '-'));
  expect(JSON.stringify(object).length).toBeLessThan(1_000);
});

it('other annotations stay', () => {
  const object = { metadata: { name: 'web', annotations: { team: 'a' } } };
  expect(withMark(object, 't-1', { more: 'b' }).metadata.annotations).toEqual({
    ...{ team: 'a', more: 'b' },
    'agent-sre.homelab.io/trigger': 't-1',
  });
});
