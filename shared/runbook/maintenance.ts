import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../one-of.ts';
import { namespaceSet } from './namespaces.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];

const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]';
const Where = {
  namespaces: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  clusters: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
};

/** A time in which nothing is done: once, from `from` to `to`; or each week, in the hours of some days. */
export const Maintenance = Type.Object(
  {
    from: Type.Optional(Type.String({ minLength: 1 })),
    to: Type.Optional(Type.String({ minLength: 1 })),
    days: Type.Optional(Type.Array(oneOf(DAYS), { minItems: 1 })),
    hours: Type.Optional(Type.String({ pattern: `^${CLOCK}-${CLOCK}$` })),
    timezone: Type.Optional(Type.String({ minLength: 1 })),
    ...Where,
  },
  { additionalProperties: false },
);
export type Maintenance = Static<typeof Maintenance>;

export interface MaintenanceWindow {
  readonly covers: (place: { readonly namespace: string; readonly cluster: string }, now: Date) => boolean;
}

const ALL_DAY = '00:00-00:00';
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** What is wrong with a window beyond its schema, or undefined. */
export function maintenanceComplaint({ from, to, days, hours, timezone }: Maintenance): string | undefined {
  if (timezone !== undefined && !isTimezone(timezone))
    return `"${timezone}" is not a time zone; write one such as Europe/Berlin`;
  const [isOnce, isWeekly] = [from !== undefined || to !== undefined, days !== undefined || hours !== undefined];
  if (isOnce === isWeekly) return 'give from and to, or days and hours';
  if (isWeekly) return undefined;
  const isTime = (text: string | undefined) =>
    text !== undefined && RFC_3339.test(text) && !Number.isNaN(Date.parse(text));
  if (!isTime(from) || !isTime(to)) return 'from and to must be times such as 2026-11-23T02:00:00Z';
  return Date.parse(from ?? '') < Date.parse(to ?? '') ? undefined : 'from must be before to';
}

export function windowOf(window: Maintenance): MaintenanceWindow {
  const namespaces = window.namespaces && namespaceSet(window.namespaces);
  const clusters = window.clusters && namespaceSet(window.clusters);
  const isOpen = window.from === undefined ? weekly(window) : once(window.from, window.to ?? '');
  return {
    covers: ({ namespace, cluster }, now) =>
      (namespaces?.has(namespace) ?? true) && (clusters?.has(cluster) ?? true) && isOpen(now),
  };
}

function once(from: string, to: string): (now: Date) => boolean {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  return (now) => now.getTime() >= start && now.getTime() < end;
}

// Hours that pass midnight belong to the day on which they begin.
function weekly({ days = [...DAYS], hours = ALL_DAY, timezone = 'UTC' }: Maintenance): (now: Date) => boolean {
  const [start = '', end = ''] = hours.split('-');
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    ...{ weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  return (now) => {
    const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
    const today = DAYS.find((day) => day === part.weekday?.toLowerCase()) ?? 'mon';
    const yesterday = DAYS.at(DAYS.indexOf(today) - 1) ?? 'sun';
    const time = `${part.hour}:${part.minute}`;
    const within = (day: Day) => days.includes(day);
    if (start < end) return within(today) && time >= start && time < end;
    return (within(today) && time >= start) || (within(yesterday) && time < end);
  };
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
