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
    ['ab*ba', 'aba', false],
  ])('%s has %s: %j', (pattern, namespace, expected) => {
    expect(namespaceSet(['other', pattern]).has(namespace)).toBe(expected);
  });
});

describe('namespaceComplaint', () => {
  it.each(['shop', 'kube-system', 'pay-*', '*-prod', '*', '1st', 'a'])('takes %s', (pattern) => {
    expect(namespaceComplaint(pattern)).toBeUndefined();
  });

  it.each([
    ['Shop', 'write shop'],
    ['shop;db', 'write shop,db'],
    ['shop db', 'write shop,db'],
    ['-shop', 'names of namespaces'],
    ['shop.*', 'names of namespaces'],
    ['x'.repeat(64), 'names of namespaces'],
    ['', 'names of namespaces'],
  ])('refuses %s', (pattern, expected) => {
    expect(namespaceComplaint(pattern)).toContain(expected);
  });
});
