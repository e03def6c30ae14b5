import { type Static, Type } from '@sinclair/typebox';
import type { Config } from '../config.ts';
import { AsreError } from '../errors.ts';
import { isObject, jsonText } from '../json.ts';
import { oneOf } from '../one-of.ts';
import { SETTINGS } from '../settings.ts';
import { fingerprint } from './fingerprint.ts';
import { guessStart, isTimeGiven, readTime } from './time.ts';

const ALERT_STATUSES = ['firing', 'resolved'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

/** What senders write for the two, in lower case. */
const STATUS_WORDS: Readonly<Record<string, AlertStatus>> = {
  firing: 'firing',
  alerting: 'firing',
  active: 'firing',
  resolved: 'resolved',
  ok: 'resolved',
  normal: 'resolved',
  inactive: 'resolved',
};

const TextMap = Type.Record(Type.String(), Type.String());
export type Labels = Static<typeof TextMap>;

/** What an alert of another interface is told. */
export const API_V2 =
  "this is an alert of Alertmanager's API v2, whose status is an object: send the webhook of Alertmanager " +
  '(webhook_config), or {"version": "4", "alerts": [...]} where each alert has labels and the status firing or resolved';

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
    startsAtGuessed: Type.Optional(
      Type.Boolean({
        description:
          'true where the start could not be read: startsAt is then the time of arrival, rounded down to five minutes',
      }),
    ),
    endsAt: Type.Optional(Type.String({ description: 'RFC 3339' })),
    generatorURL: Type.Optional(Type.String()),
    receiver: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
);
export type Alert = Static<typeof Alert>;

/** Who an alert is (`fingerprint`, as Alertmanager computes it) and which of its firings this is (`correlationId`). */
export interface Episode {
  readonly fingerprint: string;
  readonly correlationId: string;
  /** The fingerprint without the ignored labels: the same for all replicas that report the alert. */
  readonly identity?: string;
}

/** When two reports are of one firing. */
export type EpisodeSettings = Pick<Config, 'EPISODE_IGNORED_LABELS' | 'EPISODE_WINDOW_MS'>;
const DEFAULTS: EpisodeSettings = {
  EPISODE_IGNORED_LABELS: SETTINGS.EPISODE_IGNORED_LABELS.fallback,
  EPISODE_WINDOW_MS: SETTINGS.EPISODE_WINDOW_MS.fallback,
};

/**
 * Reads an alert tolerantly: scalar label and annotation values count as their text (`kn event send -f` makes numbers),
 * null as absent, and `alertname` may stand beside the labels. Times become RFC 3339. An alert without a status has that of
 * its `state`, the word of Prometheus; without both it fires. One whose end is past does not, whatever its status says.
 *
 * @param sentAt RFC 3339 time that stands in for a missing startsAt, so that each event sent by hand is an episode
 * @throws {AsreError} ASRE_ALERT_INVALID naming what is missing or not text
 */
export function parseAlert(alert: unknown, sentAt?: string, now: Date = new Date()): Alert {
  if (!isObject(alert)) throw new AsreError('ASRE_ALERT_INVALID', 'the alert is not an object');
  const parsed = withoutAbsent(alert);
  const { commonLabels, commonAnnotations, version } = parsed;
  const labels = parseTextMap('labels', parsed.labels);
  const alertname = labels.alertname || scalarText(parsed.alertname);
  if (!alertname) throw new AsreError('ASRE_ALERT_INVALID', 'labels.alertname is missing');
  const severity = labels.severity ?? scalarText(parsed.severity);
  const { startsAt, startsAtGuessed } = parseStart(parsed, sentAt, now);
  const endsAt = readTime(parsed.endsAt);
  // The copy is changed in place: to build the alert of parts takes V8 twice as long.
  set(parsed, 'alertname', alertname);
  set(parsed, 'status', hasEnded(endsAt, now) ? 'resolved' : parseStatus(parsed.status ?? parsed.state));
  set(parsed, 'labels', labels.alertname === alertname ? labels : { ...labels, alertname });
  set(parsed, 'annotations', parseTextMap('annotations', withoutNull(parsed.annotations)));
  if (commonLabels !== undefined) set(parsed, 'commonLabels', parseTextMap('commonLabels', commonLabels));
  if (commonAnnotations !== undefined)
    set(parsed, 'commonAnnotations', parseTextMap('commonAnnotations', commonAnnotations));
  if (severity !== undefined) set(parsed, 'severity', severity);
  if (version !== undefined) set(parsed, 'version', jsonText(version));
  setOrRemove(parsed, 'startsAt', startsAt);
  setOrRemove(parsed, 'startsAtGuessed', startsAtGuessed);
  setOrRemove(parsed, 'endsAt', endsAt);
  return parsed as Alert;
}

function set<Key extends keyof Alert>(alert: Record<string, unknown>, key: Key, value: Alert[Key]): void {
  alert[key] = value;
}

/** Takes the key away where its value could not be read. */
function setOrRemove<Key extends keyof Alert>(
  alert: Record<string, unknown>,
  key: Key,
  value: Alert[Key] | undefined,
): void {
  if (value !== undefined) alert[key] = value;
  else if (key in alert) delete alert[key];
}

/** The value of a label, or undefined where the alert lacks it; an empty value is a missing label, as in Prometheus. */
export function labelValue(labels: Labels, name: string): string | undefined {
  const value: unknown = labels[name];
  return typeof value === 'string' && value !== '' ? value : undefined; // what every object inherits is no text
}

/**
 * The episode of an alert: its labels without those that only tell replicas apart, and its start rounded down to the window.
 * Two starts within a window that fall on both sides of a multiple of it are two episodes; nothing stateless could join them
 * all. Without startsAt all firings of the alert are one episode, `<identity>.0`.
 */
export function episodeOf(alert: Alert, settings: EpisodeSettings = DEFAULTS): Episode {
  const { EPISODE_IGNORED_LABELS: ignored, EPISODE_WINDOW_MS: windowMs } = settings;
  const id = fingerprint(alert.labels);
  const isReplicated = ignored.some((name) => Object.hasOwn(alert.labels, name));
  const identity = isReplicated ? fingerprint(withoutLabels(alert.labels, ignored)) : id;
  const startedMs = alert.startsAt === undefined ? 0 : Date.parse(alert.startsAt);
  const roundedMs = windowMs === 0 ? startedMs : Math.floor(startedMs / windowMs) * windowMs;
  return { fingerprint: id, correlationId: `${identity}.${roundedMs}`, identity };
}

function withoutLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

/** An annotation that is null is there and empty: so Prometheus sends one that its rule leaves so. */
function withoutNull(annotations: unknown): unknown {
  if (!isObject(annotations) || !Object.values(annotations).includes(null)) return annotations;
  return Object.fromEntries(Object.entries(annotations).map(([name, value]) => [name, value ?? '']));
}

/** A copy in which null and empty text mean absent, as a missing key does. */
function withoutAbsent(value: Record<string, unknown>): Record<string, unknown> {
  const isAbsent = (item: unknown) => item === null || item === '';
  if (!Object.values(value).some(isAbsent)) return { ...value }; // nearly always
  return Object.fromEntries(Object.entries(value).filter(([, item]) => !isAbsent(item)));
}

function parseStatus(value: unknown): AlertStatus {
  if (value === undefined) return 'firing';
  if (isObject(value)) throw new AsreError('ASRE_ALERT_INVALID', API_V2);
  const status = readStatus(value);
  if (status === undefined)
    throw new AsreError('ASRE_ALERT_INVALID', 'status, or state where there is none, must be firing or resolved');
  return status;
}

/** A status in any of the words that senders use; undefined where it is none of them. */
export function readStatus(value: unknown): AlertStatus | undefined {
  const word = jsonText(value).trim().toLowerCase();
  return Object.hasOwn(STATUS_WORDS, word) ? STATUS_WORDS[word] : undefined;
}

type Start = Pick<Alert, 'startsAt' | 'startsAtGuessed'>;

function parseStart(
  { startsAt, startsAtGuessed }: Record<string, unknown>,
  sentAt: string | undefined,
  now: Date,
): Start {
  if (!isTimeGiven(startsAt)) return sentAt === undefined ? {} : { startsAt: sentAt };
  const read = readTime(startsAt);
  if (read !== undefined) return startsAtGuessed === true ? { startsAt: read, startsAtGuessed } : { startsAt: read };
  const sentMs = Date.parse(sentAt ?? '');
  return { startsAt: guessStart(Number.isNaN(sentMs) ? now.getTime() : sentMs), startsAtGuessed: true };
}

/** Go's zero time is no end. An end before the start is one: whichever of the two is wrong, nothing is done. */
function hasEnded(endsAt: string | undefined, now: Date): boolean {
  return endsAt !== undefined && isTimeGiven(endsAt) && Date.parse(endsAt) <= now.getTime();
}

function parseTextMap(key: string, value: unknown): Labels {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new AsreError('ASRE_ALERT_INVALID', `${key} must be an object`);
  if (isTextMap(value)) return value; // nearly always, and to build an object of many keys takes long
  const entries = Object.entries(value)
    .filter(([, item]) => item !== null && item !== undefined)
    .map(([name, item]) => {
      const text = scalarText(item);
      if (text === undefined) throw new AsreError('ASRE_ALERT_INVALID', `a value of ${key} is not text`);
      return [name, text] as const;
    });
  return Object.fromEntries(entries);
}

function isTextMap(value: Record<string, unknown>): value is Labels {
  return Object.keys(value).every((name) => typeof value[name] === 'string');
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // A whole number beyond 2^53 has lost digits on the way: its text would be another value than was sent.
  if (typeof value === 'number')
    return Number.isSafeInteger(value) || !Number.isInteger(value) ? String(value) : undefined;
  return typeof value === 'boolean' ? String(value) : undefined;
}
