import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { Maintenance, maintenanceComplaint, windowOf } from '../../../../shared/runbook/maintenance.ts';

const isWindow = new Ajv().compile(Maintenance);

describe('a maintenance window', () => {
  const here = { namespace: 'shop', cluster: 'eu-1' };
  const office = { days: ['mon' as const], hours: '09:00-17:00' };
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
    ['hours of a day, before them', office, '2026-11-23T08:59:00Z', false],
    ['hours of a day, when they begin', office, '2026-11-23T09:00:00Z', true],
    ['hours of a day, their last minute', office, '2026-11-23T16:59:59Z', true],
    ['hours of a day, when they end', office, '2026-11-23T17:00:00Z', false],
    ['hours of a day, on another day', office, '2026-11-24T09:00:00Z', false],
    ['hours of every day, on a Sunday', { hours: '09:00-17:00' }, '2026-11-22T12:00:00Z', true],
    ['hours of every day, past midnight on a Monday', { hours: '22:00-06:00' }, '2026-11-23T05:59:00Z', true],
    ['hours of every day, outside them', { hours: '22:00-06:00' }, '2026-11-23T06:00:00Z', false],
    ['a cluster', { ...office, clusters: ['eu-*'] }, '2026-11-23T10:00:00Z', true],
    ['another cluster', { ...office, clusters: ['us-1'] }, '2026-11-23T10:00:00Z', false],
    ['times with an offset', { from: '2026-11-23T03:00+01:00', to: once.to }, '2026-11-23T02:00:00Z', true],
  ])('%s', (_, window, at, covered) => {
    expect(windowOf(window).covers(here, new Date(at))).toBe(covered);
  });

  it.each([
    ['neither times nor days', {}, 'give from and to, or days and hours'],
    ['both', { ...once, days: ['mon' as const] }, 'give from and to, or days and hours'],
    ['both, by hours', { ...once, hours: '09:00-17:00' }, 'give from and to, or days and hours'],
    ['an end and days', { to: once.to, days: ['mon' as const] }, 'give from and to, or days and hours'],
    ['no end', { from: once.from }, 'must be times such as'],
    ['no start', { to: once.to }, 'must be times such as'],
    ['a day that is none', { from: '2026-02-31T00:00:00', to: once.to }, 'must be times such as'],
    [
      'a time in words',
      { from: 'from 2026-11-23T02:00:00Z', to: '2026-11-23T04:00:00Z sharp' },
      'must be times such as',
    ],
    ['a month that is none', { from: '2026-13-01T00:00:00Z', to: once.to }, 'must be times such as'],
    ['no time between start and end', { from: once.from, to: once.from }, 'from must be before to'],
    ['a date alone', { from: '2026-11-23', to: once.to }, 'must be times such as'],
    ['an end before its start', { from: once.to, to: once.from }, 'from must be before to'],
    ['an unknown time zone', { ...nightly, timezone: 'Berlin' }, 'is not a time zone'],
  ])('is refused with %s', (_, window, says) => {
    expect(maintenanceComplaint(window)).toContain(says);
  });

  it('is taken as it should be', () => {
    const offsets = { from: '2026-11-23T02:00:00.123+01:00', to: '2026-11-23T04:00-05:30' };
    const taken = [once, nightly, office, offsets, { hours: '22:00-06:00' }];
    expect(taken.map((window) => [isWindow(window), maintenanceComplaint(window)])).toEqual(
      taken.map(() => [true, undefined]),
    );
  });

  it.each<[string, unknown]>([
    ['hours that are none', { hours: '24:00-25:00' }],
    ['minutes that are none', { hours: '09:00-17:60' }],
    ['hours without an end', { hours: '09:00' }],
    ['hours in words', { hours: 'from 09:00-17:00' }],
    ['no day', { days: [] }],
    ['a day in full', { days: ['monday'] }],
    ['a namespace without a name', { ...once, namespaces: [''] }],
    ['no namespace', { ...once, namespaces: [] }],
    ['a cluster without a name', { ...once, clusters: [''] }],
    ['no cluster', { ...once, clusters: [] }],
    ['a blank time', { from: '', to: once.to }],
    ['a blank end', { from: once.from, to: '' }],
    ['a blank time zone', { ...nightly, timezone: '' }],
    ['a field too many', { ...once, namespace: 'shop' }],
  ])('does not fit its schema with %s', (_, window) => {
    expect(isWindow(window)).toBe(false);
  });
});
