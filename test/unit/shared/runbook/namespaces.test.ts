import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namespaceComplaint, namespaceSet } from '../../../../shared/runbook/namespaces.ts';

describe('namespaceSet', () => {
  it.each([
    ['shop', 'shop', true],
    ['shop', 'shop-2', false],
    ['pay-*', 'pay-eu', true],
    ['pay-*', 'pay', false],
    ['pay-*', 'my-pay-eu', false],
    ['*-prod', 'shop-prod', true],
    ['*-prod', 'prod', false],
    ['*', 'anything', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['a*b*c', 'axxc', false],
    ['a*b*c', 'aac', false],
    ['a*b*c*d', 'acbd', false],
    ['a*b*b*c', 'abc', false],
    ['a*bc*c', 'abc', false],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
  ])('%s has %s: %j', (pattern, namespace, expected) => {
    expect(namespaceSet(['other', pattern]).has(namespace)).toBe(expected);
  });

  it('has what a regular expression with .* for * matches', () => {
    const property = fc.property(
      fc.stringMatching(/^[ab*]{1,8}$/),
      fc.stringMatching(/^[ab]{0,10}$/),
      (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text);
        expect(namespaceSet([pattern]).has(text)).toBe(expected);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });
});

describe('namespaceComplaint', () => {
  it.each(['shop', 'kube-system', 'pay-*', '*-prod', '*', '1st', 'a', 'x'.repeat(63), `*${'x'.repeat(63)}*`])(
    'takes %s',
    (pattern) => {
      expect(namespaceComplaint(pattern)).toBeUndefined();
    },
  );

  it.each([
    ['Shop', 'write shop'],
    ['shop;db', 'write shop,db'],
    ['shop db', 'write shop,db'],
    ['pay_*', 'write pay-*'],
    ['"shop"', 'write shop'],
    ['pay-.*', 'write pay-*'],
    ['-shop', 'names of namespaces'],
    ['shop.*', 'names of namespaces'],
    ['x'.repeat(64), 'names of namespaces'],
    [`*${'x'.repeat(64)}*`, 'names of namespaces'],
    ['Shop; ;Pay-*', '; write shop,pay-*'],
    ['', 'names of namespaces'],
  ])('refuses %s', (pattern, expected) => {
    expect(namespaceComplaint(pattern)).toContain(expected);
  });

  it('proposes nothing where nothing is left', () => {
    expect(namespaceComplaint(';')).toMatch(/digits, - and \*$/);
  });
});
