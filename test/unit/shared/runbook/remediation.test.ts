import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { durationMs } from '../../../../shared/duration.ts';
import { compileRemediation, mergeRemediation, RemediationSection } from '../../../../shared/runbook/remediation.ts';

const place = { lambdaFunction: 'pod-restart', risk: 'disruptive', namespace: 'shop', cluster: 'eu-1' } as const;
const MINUTE_MS = 60_000;
const isSection = new Ajv().compile(RemediationSection);

describe('the section remediation', () => {
  it('of the shipped policy says the defaults', () => {
    const file = join(import.meta.dirname, '../../../../runbook/policy.yaml');
    const { remediation } = parse(readFileSync(file, 'utf8'));
    expect(compileRemediation(remediation).hash).toBe(compileRemediation({}).hash);
  });

  it('left out has these defaults', () => {
    const { limits, breaker, floor, protectedNames, maintenance, bound, withoutLedger, memoryMs, hash } =
      compileRemediation({});
    expect({ limits, breaker, maintenance, withoutLedger, memoryMs }).toEqual({
      limits: {
        target: { triggers: 3, perMs: 60 * MINUTE_MS },
        overall: { triggers: 20, perMs: 10 * MINUTE_MS },
      },
      breaker: { after: 3, withinMs: 360 * MINUTE_MS, openMs: 60 * MINUTE_MS },
      maintenance: [],
      withoutLedger: 'retry',
      memoryMs: 60 * MINUTE_MS,
    });
    expect([floor('trm', 'disruptive'), bound('scale-deployment', 'replicas')]).toEqual([0, 10]);
    expect(protectedNames.has('web')).toBe(false);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('says what it says', () => {
    const compiled = compileRemediation({
      limits: { overall: { triggers: 1, per: '1m' } },
      breaker: { after: 2, within: '2m', open: '3m' },
      floors: { trm: { disruptive: 0.9 } },
      modes: { observe: 'off' },
      bounds: { 'pod-restart': { seconds: 5 } },
      withoutLedger: 'observe',
      rules: [{ verification: '7m', static: 'as-others' }],
      cooldown: '3h',
    });
    const { limits, breaker, floor, bound, withoutLedger, rule, memoryMs } = compiled;
    expect({ limits, breaker, withoutLedger, memoryMs }).toEqual({
      limits: { target: { triggers: 3, perMs: 60 * MINUTE_MS }, overall: { triggers: 1, perMs: MINUTE_MS } },
      breaker: { after: 2, withinMs: 2 * MINUTE_MS, openMs: 3 * MINUTE_MS },
      withoutLedger: 'observe',
      memoryMs: 180 * MINUTE_MS,
    });
    expect([floor('trm', 'disruptive'), floor('trm', 'observe'), floor('rules', 'disruptive')]).toEqual([0.9, 0, 0]);
    expect([bound('pod-restart', 'seconds'), bound('scale-deployment', 'replicas')]).toEqual([5, 10]);
    expect(rule({ ...place, risk: 'observe' })).toEqual({
      mode: 'off',
      static: 'as-others',
      cooldownMs: 180 * MINUTE_MS,
      verificationMs: 7 * MINUTE_MS,
    });
    expect(rule(place).mode).toBe('suggest');
  });

  it.each<[string, unknown]>([
    ['a duration in words', { cooldown: '5 minutes' }],
    ['a duration of nothing', { verification: '0m' }],
    ['a duration without a unit', { cooldown: '5' }],
    ['a confidence above 1', { floors: { trm: { observe: 1.1 } } }],
    ['a confidence below 0', { floors: { trm: { observe: -0.1 } } }],
    ['floors of a tier that is none', { floors: { oracle: { observe: 0.5 } } }],
    ['a rule for no function', { rules: [{ functions: [], mode: 'off' }] }],
    ['a rule for a namespace without a name', { rules: [{ namespaces: [''], mode: 'off' }] }],
    ['a rule with a field too many', { rules: [{ namespace: 'shop', mode: 'off' }] }],
    ['another word for static', { static: 'always' }],
    ['a limit below nothing', { limits: { target: { triggers: -1, per: '1h' } } }],
    ['a limit without a time', { limits: { target: { triggers: 1 } } }],
    ['a limit of half a trigger', { limits: { overall: { triggers: 0.5, per: '1h' } } }],
    ['a limit of something else', { limits: { namespace: { triggers: 1, per: '1h' } } }],
    ['a rule for no risk', { rules: [{ risks: [], mode: 'off' }] }],
    ['a breaker without its times', { breaker: { after: 1 } }],
    ['a breaker that opens at once', { breaker: { after: 0, within: '1h', open: '1h' } }],
    ['a name without a letter', { protectedNames: [''] }],
    ['another word for withoutLedger', { withoutLedger: 'act' }],
    ['a field too many', { mode: 'off' }],
  ])('is refused with %s', (_, section) => {
    expect(isSection(section)).toBe(false);
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['the bounds of what is allowed', { floors: { rules: { observe: 1, disruptive: 0 } }, rules: [], maintenance: [] }],
    ['no trigger at all', { limits: { overall: { triggers: 0, per: '999999d' } } }],
    ['the words of the defaults', { static: 'auto', withoutLedger: 'retry' }],
    ['the other words', { static: 'as-others', withoutLedger: 'observe', cooldown: '1s', verification: '15m' }],
  ])('is taken with %s', (_, section) => {
    expect(isSection(section)).toBe(true);
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
    ['another function', { functions: ['job-rerun'] }, 'suggest'],
    ['another risk', { risks: ['observe' as const] }, 'suggest'],
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

  it('of a later folder changes only the limits, bounds, modes and floors that it names', () => {
    const window = { from: '2026-11-23T02:00:00Z', to: '2026-11-23T04:00:00Z' };
    const [once, twice] = [
      { triggers: 1, per: '1h' },
      { triggers: 2, per: '1h' },
    ];
    const shipped = {
      ...{ limits: { target: once, overall: once }, bounds: { 'pod-restart': { seconds: 5 } }, maintenance: [window] },
      ...{ modes: { observe: 'off' as const, reversible: 'off' as const }, floors: { trm: { observe: 0.5 } } },
    };
    const own = {
      ...{ limits: { overall: twice }, bounds: { 'job-rerun': { seconds: 9 } }, maintenance: [window] },
      ...{ modes: { observe: 'auto' as const }, floors: { rules: { observe: 0.6 } } },
    };
    expect(mergeRemediation(shipped, own)).toEqual({
      limits: { target: once, overall: twice },
      bounds: { 'pod-restart': { seconds: 5 }, 'job-rerun': { seconds: 9 } },
      modes: { observe: 'auto', reversible: 'off' },
      floors: { trm: { observe: 0.5 }, rules: { observe: 0.6 } },
      rules: [],
      protectedNames: [],
      maintenance: [window, window],
    });
    expect(mergeRemediation({}, {})).toEqual({
      ...{ limits: {}, bounds: {}, modes: {}, floors: {} },
      ...{ rules: [], protectedNames: [], maintenance: [] },
    });
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
