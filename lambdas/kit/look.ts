/** What every look reads: what may be missing is told as missing, and ends no look. */
import type { Api } from './api.ts';
import { ApiFailure } from './failure.ts';
import type { Condition, KubeEvent, KubeObject } from './objects.ts';
import { answer, type Plan } from './plan.ts';
import { reportText, type Section, shortened } from './report.ts';
import { RESOURCES } from './resources.ts';

const MOST_EVENTS = 8;
const EVENTS_READ = '100';

/** Something that was read, or why it could not be. */
export type Reading<Value> = { readonly value: Value } | { readonly missing: string };

/** Reads what a look can do without. */
export async function tryReading<Value>(read: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof ApiFailure) return { missing: error.message };
    throw error;
  }
}

/** The newest Events of Kubernetes about an object. */
export async function readEvents(api: Api, object: KubeObject, namespace?: string): Promise<KubeEvent[]> {
  const { uid, name } = object.metadata;
  // Those of a node have its name as its uid, or its uid: the kubelet and the controllers differ.
  const fieldSelector =
    namespace === undefined
      ? `involvedObject.kind=${object.kind},involvedObject.name=${name}`
      : `involvedObject.uid=${uid}`;
  const events = await api.list<KubeEvent>(RESOURCES.events, namespace, { fieldSelector, limit: EVENTS_READ });
  return events.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a))).slice(0, MOST_EVENTS);
}

export function eventLines(reading: Reading<readonly KubeEvent[]>): string[] {
  if ('missing' in reading) return [reading.missing];
  return reading.value.map((event) => {
    const times = (event.count ?? 1) > 1 ? ` (${event.count} times)` : '';
    return `${timeOf(event)} ${event.type ?? ''} ${event.reason ?? ''}${times}: ${event.message ?? ''}`;
  });
}

export function eventFindings(reading: Reading<readonly KubeEvent[]>) {
  if ('missing' in reading) return [];
  return reading.value.map((event) => ({
    ...{ time: timeOf(event), type: event.type, reason: event.reason, count: event.count ?? 1 },
    message: shortened(event.message ?? ''),
  }));
}

export function conditionLines(conditions: readonly Condition[] = []): string[] {
  return conditions.map(({ type, status, reason, message, lastTransitionTime }) => {
    const why = [reason, message].filter((part) => part !== undefined && part !== '').join(': ');
    const since = lastTransitionTime === undefined ? '' : ` since ${lastTransitionTime}`;
    return `${type}=${status}${since}${why === '' ? '' : ` (${why})`}`;
  });
}

export function conditionFindings(conditions: readonly Condition[] = []) {
  return conditions.map(({ type, status, reason, message }) => ({
    ...{ type, status, reason },
    ...(message === undefined ? {} : { message: shortened(message) }),
  }));
}

/** The plan of a look: nothing but what was found. */
export function reported(
  message: string,
  sections: readonly Section[],
  findings: unknown,
  about: Pick<Plan, 'object'> | Pick<Plan, 'object' | 'owner'> = {},
): Plan {
  return { ...answer('reported', message, about), report: reportText(sections), findings };
}

function timeOf({ lastTimestamp, eventTime, metadata }: KubeEvent): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
}
