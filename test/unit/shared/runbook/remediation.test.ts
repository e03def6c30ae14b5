import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { durationMs } from '../../../../shared/duration.ts';
import { maintenanceComplaint, windowOf } from '../../../../shared/runbook/maintenance.ts';
import { compileRemediation, mergeRemediation } from '../../../../shared/runbook/remediation.ts';

const place = { lambdaFunction: 'pod-restart', risk: 'disruptive', namespace: 'shop', cluster: 'eu-1' } as const;
const MINUTE_MS = 60_000;

describe('the section remediation', () => {
  it('of the shipped policy says the defaults', () => {
    const file = join(import.meta.dirname, '../../../../runbook/policy.yaml');
    const { remediation } = parse(readFileSync(file, 'utf8'));
    expect(compileRemediation(remediation).hash).toBe(compileRemediation({}).hash);
  });

  it('lets looks and what can be undone happen, and asks a person before capacity is taken away', () => {
    const { rule } = compileRemediation({});
    const risks = ['observe', 'reversible', 'disruptive'] as const;
    expect(risks.map((risk) => rule({ ...place, risk }).mode)).toEqual(['auto', 'auto', 'suggest']);
  });

  it.each([
    ['a function', { functions: ['pod-restart'] }, 'off'],
    ['a pattern of functions', { functions: ['pod-*'] }, 'off'],
    ['a risk', { risks: ['disruptive' as const] }, 'off'],
    ['a pattern of namespaces', { namespaces: ['sh*'] }, 'off'],
    ['a cluster', { clusters: ['eu-1'] }, 'off'],
    ['another cluster', { clusters: ['eu-2'] }, 'suggest'],
    ['a function and another namespace', { functions: ['pod-restart'], namespaces: ['pay'] }, 'suggest'],
  ])('has rules by %s', (_, where, mode) => {
    expect(compileRemediation({ rules: [{ ...where, mode: 'off' }] }).rule(place).mode).toBe(mode);
  });

  it('takes each field of the first rule that says it', () => {
    const rules = [{ cooldown: '1m' }, { cooldown: '2m', mode: 'shadow' as const }];
    expect(compileRemediation({ rules }).rule(place)).toMatchObject({ cooldownMs: MINUTE_MS, mode: 'shadow' });
  });

  it('of a later folder wins field by field, asks its rules first, and only adds to what is protected', () => {
    const shipped = { cooldown: '1m', verification: '1h', rules: [{ mode: 'off' as const }], protectedNames: ['db-*'] };
    const own = { cooldown: '2m', rules: [{ mode: 'auto' as const }], protectedNames: ['web'] };
    const merged = compileRemediation(mergeRemediation(shipped, own));
    expect(merged.rule(place)).toMatchObject({
      cooldownMs: 2 * MINUTE_MS,
      verificationMs: 60 * MINUTE_MS,
      mode: 'auto',
    });
    expect(['db-1', 'web', 'api'].filter((name) => merged.protectedNames.has(name))).toEqual(['db-1', 'web']);
  });

  it('has a hash that tells what it says and not in which order', () => {
    const hash = (section: Parameters<typeof compileRemediation>[0]) => compileRemediation(section).hash;
    expect(hash({ cooldown: '1m', static: 'auto' })).toBe(hash({ static: 'auto', cooldown: '1m' }));
    expect(hash({ cooldown: '1m' })).not.toBe(hash({ cooldown: '2m' }));
  });

  it('remembers triggers as long as the longest cooldown of a rule', () => {
    expect(compileRemediation({ rules: [{ cooldown: '2d' }] }).memoryMs).toBe(durationMs('2d'));
  });

  it('does not take a key of an object for a bound', () => {
    expect(compileRemediation({}).bound('constructor', 'name')).toBeUndefined();
  });
});

describe('a maintenance window', () => {
  const here = { namespace: 'shop', cluster: '' };
  const once = { from: '2026-11-23T02:00:00Z', to: '2026-11-23T04:00:00Z' };
  const nightly = { days: ['sat' as const], hours: '22:00-06:00', timezone: 'Europe/Berlin' };
  it.each([
    ['once, before it', once, '2026-11-23T01:59:59Z', false],
    ['once, at its start', once, '2026-11-23T02:00:00Z', true],
    ['once, at its end', once, '2026-11-23T04:00:00Z', false],
    ['once, elsewhere', { ...once, namespaces: ['pay'] }, '2026-11-23T03:00:00Z', false],
    ['a night, before it begins in Berlin', nightly, '2026-11-21T20:59:00Z', false],
    ['a night, when it begins in Berlin', nightly, '2026-11-21T21:00:00Z', true],
    ['a night, past midnight', nightly, '2026-11-22T04:59:00Z', true],
    ['a night, after it', nightly, '2026-11-22T05:00:00Z', false],
    ['the small hours of the day itself', nightly, '2026-11-21T03:00:00Z', false],
    ['whole days', { days: ['mon' as const] }, '2026-11-23T23:59:00Z', true],
    ['whole days, the day after', { days: ['mon' as const] }, '2026-11-24T00:00:00Z', false],
  ])('%s', (_, window, at, covered) => {
    expect(windowOf(window).covers(here, new Date(at))).toBe(covered);
  });

  it.each([
    ['neither times nor days', {}, 'give from and to, or days and hours'],
    ['both', { ...once, days: ['mon' as const] }, 'give from and to, or days and hours'],
    ['no end', { from: once.from }, 'must be times such as'],
    ['a date alone', { from: '2026-11-23', to: once.to }, 'must be times such as'],
    ['an end before its start', { from: once.to, to: once.from }, 'from must be before to'],
    ['an unknown time zone', { ...nightly, timezone: 'Berlin' }, 'is not a time zone'],
  ])('is refused with %s', (_, window, says) => {
    expect(maintenanceComplaint(window)).toContain(says);
  });

  it('is taken as it should be', () => {
    expect([once, nightly].map(maintenanceComplaint)).toEqual([undefined, undefined]);
  });
});
