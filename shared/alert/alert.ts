import { type Static, Type } from '@sinclair/typebox';
import { AsreError } from '../errors.ts';
import { oneOf } from '../one-of.ts';
import { fingerprint } from './fingerprint.ts';

export const ALERT_STATUSES = ['firing', 'resolved'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,18})?(?:[Zz]|[+-]\d\d:\d\d)$/;

const TextMap = Type.Record(Type.String(), Type.String());
export type Labels = Static<typeof TextMap>;

/** An alert on the wire, in Prometheus words. Unknown keys are kept: Alertmanager adds some without a new version. */
export const Alert = Type.Object(
  {
    alertname: Type.String({ minLength: 1, description: 'the label alertname again' }),
    status: oneOf(ALERT_STATUSES),
    severity: Type.Optional(Type.String({ description: 'the label severity again' })),
    labels: Type.Record(Type.String(), Type.String(), { description: 'identify the alert; alertname is required' }),
    annotations: Type.Record(Type.String(), Type.String(), { description: 'describe the alert' }),
    commonLabels: Type.Optional(TextMap),
    commonAnnotations: Type.Optional(TextMap),
    startsAt: Type.Optional(Type.String({ description: 'RFC 3339; with the fingerprint it names the episode' })),
    endsAt: Type.Optional(Type.String({ description: 'RFC 3339' })),
    generatorURL: Type.Optional(Type.String()),
    receiver: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
);
export type Alert = Static<typeof Alert>;

/** Who an alert is (`fingerprint`) and which of its firings this is (`correlationId`). */
export interface Episode {
  readonly fingerprint: string;
  readonly correlationId: string;
}

/**
 * Reads an alert tolerantly: scalar label and annotation values count as their text (`kn event send -f` makes numbers),
 * null as absent, and `alertname` may stand beside the labels.
 *
 * @param startedAt RFC 3339 time that stands in for a missing startsAt, so that each hand-sent event is an episode
 * @throws {AsreError} ASRE_ALERT_INVALID naming what is missing or not text
 */
export function parseAlert(alert: unknown, startedAt?: string): Alert {
  if (!isObject(alert)) throw new AsreError('ASRE_ALERT_INVALID', 'the alert is not an object');
  const value = withoutAbsent(alert);
  const labels = parseTextMap('labels', value.labels);
  const alertname = labels.alertname || scalarText(value.alertname);
  if (!alertname) throw new AsreError('ASRE_ALERT_INVALID', 'labels.alertname is missing');
  const severity = labels.severity ?? scalarText(value.severity);
  const startsAt = parseTime('startsAt', value.startsAt) ?? startedAt;
  return {
    ...value,
    alertname,
    status: parseStatus(value.status),
    labels: { ...labels, alertname },
    annotations: parseTextMap('annotations', value.annotations),
    ...(value.commonLabels === undefined ? {} : { commonLabels: parseTextMap('commonLabels', value.commonLabels) }),
    ...(value.commonAnnotations === undefined
      ? {}
      : { commonAnnotations: parseTextMap('commonAnnotations', value.commonAnnotations) }),
    ...(severity === undefined ? {} : { severity }),
    ...(startsAt === undefined ? {} : { startsAt }),
  };
}

/** The value of a label, or undefined where the alert lacks it; an empty value is a missing label, as in Prometheus. */
export function labelValue(labels: Labels, name: string): string | undefined {
  return Object.hasOwn(labels, name) && labels[name] !== '' ? labels[name] : undefined;
}

/** The episode of an alert. Without startsAt all firings of the alert are one episode, `<fingerprint>.0`. */
export function episodeOf(alert: Alert): Episode {
  const id = fingerprint(alert.labels);
  const startedMs = alert.startsAt === undefined ? 0 : Date.parse(alert.startsAt);
  return { fingerprint: id, correlationId: `${id}.${startedMs}` };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null and empty text say that nothing is there, as a missing key does. */
function withoutAbsent(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null && item !== ''));
}

function parseStatus(value: unknown): AlertStatus {
  if (value === undefined || value === null) return 'firing';
  const status = ALERT_STATUSES.find((candidate) => candidate === value);
  if (status === undefined) throw new AsreError('ASRE_ALERT_INVALID', 'status must be firing or resolved');
  return status;
}

function parseTime(key: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || !RFC_3339.test(value) || Number.isNaN(Date.parse(value))) {
    throw new AsreError('ASRE_ALERT_INVALID', `${key} must be an RFC 3339 time`);
  }
  return value;
}

function parseTextMap(key: string, value: unknown): Labels {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new AsreError('ASRE_ALERT_INVALID', `${key} must be an object`);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== null && item !== undefined)
    .map(([name, item]) => {
      const text = scalarText(item);
      if (text === undefined) throw new AsreError('ASRE_ALERT_INVALID', `a value of ${key} is not text`);
      return [name, text] as const;
    });
  return Object.fromEntries(entries);
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // A whole number beyond 2^53 has lost digits on the way: its text would be another value than was sent.
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !Number.isInteger(value) ? String(value) : undefined;
  return typeof value === 'boolean' ? String(value) : undefined;
}
