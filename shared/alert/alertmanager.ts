import { AsreError } from '../errors.ts';
import { isObject, JsonLimitError, measureJson } from '../json.ts';
import { type Alert, API_V2, parseAlert, readStatus } from './alert.ts';
import { fingerprint } from './fingerprint.ts';

/** An alert that cannot be used, and what is wrong with it. */
export interface InvalidAlert {
  /** As it came, but of one that is too large only what names it. */
  readonly alert: unknown;
  readonly error: AsreError;
  /** The alert's name and labels, where it has any, to help find its sender. */
  readonly alertname?: string;
  readonly fingerprint?: string;
}

/** One notification of Alertmanager's webhook receiver. */
export interface WebhookGroup {
  readonly alerts: readonly Alert[];
  /** Alerts of the group that cannot be used; the others go on without them. */
  readonly invalid: readonly InvalidAlert[];
  /** Alerts that Alertmanager cut because of max_alerts; they never arrive. */
  readonly truncatedAlerts: number;
}

// What an alert takes over from its group where it has none of its own; all of it stands beside the alerts.
const GROUP_KEYS = ['status', 'receiver', 'version', 'commonLabels', 'commonAnnotations', 'groupKey'] as const;

/** How deep an alert stands in an event at most: in the selection of a suppressed remediation, in structured mode. */
const ALERT_DEPTH = 3;
/** With what it takes over. A character may be written as six (\u0001), and what is added must fit into the event too (4 MiB). */
const CHARACTERS_LIMIT = 500_000;

/** Alertmanager writes 18,000 at most into 4 MiB. Of empty ones there is room for a million, and each is rejected in an event of its own. */
const ALERTS_LIMIT = 20_000;

/**
 * Reads a webhook payload tolerantly, whatever version it says: the fields decide. Unknown keys of an alert are kept,
 * unknown keys of the group ignored. An alert that is too large is none, and costs the others nothing.
 *
 * @throws {AsreError} ASRE_WEBHOOK_INVALID where it is not such a payload
 */
export function parseWebhook(body: unknown, now: Date = new Date()): WebhookGroup {
  if (!isObject(body) || !Array.isArray(body.alerts)) throw new AsreError('ASRE_WEBHOOK_INVALID', describeBody(body));
  if (body.alerts.length > ALERTS_LIMIT) throw new AsreError('ASRE_WEBHOOK_INVALID', TOO_MANY);
  const { group, room } = groupOf(body);
  const alerts: Alert[] = [];
  const invalid: InvalidAlert[] = [];
  for (const [index, alert] of body.alerts.entries()) {
    const size = sizeOf(alert, room);
    const excess = typeof size === 'string' ? size : undefined;
    const parsed = excess ?? parseGroupAlert(alert, group, now);
    if (typeof parsed !== 'string') {
      alerts.push(parsed);
      continue;
    }
    const error = new AsreError('ASRE_ALERT_INVALID', `alerts[${index}]: ${parsed}`);
    const named = identityOf(alert);
    invalid.push({ alert: excess === undefined ? alert : named, error, ...named });
  }
  return { alerts, invalid, truncatedAlerts: typeof body.truncatedAlerts === 'number' ? body.truncatedAlerts : 0 };
}

const TOO_MANY = `more than ${ALERTS_LIMIT} alerts in one notification: set max_alerts in its webhook_config`;
const SEND =
  'send {"version": "4", "alerts": [...]} as Alertmanager\'s webhook_config does; each alert has labels and a status';

/** What a body without an array "alerts" looks like, to tell senders that posted to the wrong place or in the wrong form. */
function describeBody(body: unknown): string {
  const [first] = Array.isArray(body) ? body : [body];
  if (!isObject(first)) return `the body has no array "alerts": ${SEND}`;
  if (isObject(first.status) && isObject(first.labels)) return API_V2;
  if (first.status === 'success' && first.data !== undefined) {
    return `this is an answer of the HTTP API of Prometheus, not a notification: ${SEND}`;
  }
  if (!isObject(first.labels)) return `the body has no array "alerts": ${SEND}`;
  const what = Array.isArray(body) ? 'a list of alerts, as Prometheus sends it to Alertmanager,' : 'a single alert';
  return `this is ${what} and not a notification: ${SEND}`;
}

/**
 * What its alerts take over, and the characters that it leaves to each. A group that is too large is refused as a whole: each
 * of its alerts would be.
 */
function groupOf(body: Record<string, unknown>): { group: Record<string, unknown>; room: number } {
  const status = body.status ?? body.state; // Grafana's word
  const entries = GROUP_KEYS.map((key) => [key, key === 'status' ? status : body[key]] as const);
  const group = Object.fromEntries(entries.filter(([, value]) => value != null));
  const size = sizeOf(group, CHARACTERS_LIMIT);
  if (typeof size === 'number') return { group, room: CHARACTERS_LIMIT - size };
  throw new AsreError('ASRE_WEBHOOK_INVALID', `what its alerts have in common is ${size}`);
}

/** The characters of a value, or in which way it is more than an event can hold of it. @param room in characters */
function sizeOf(value: unknown, room: number): number | string {
  try {
    const characters = measureJson(value, ALERT_DEPTH);
    return characters > room ? `more than ${CHARACTERS_LIMIT} characters of JSON` : characters;
  } catch (error) {
    if (error instanceof JsonLimitError) return error.message;
    throw error;
  }
}

/** The alert, or what is wrong with it. That of a group which is resolved does not fire, whatever it says. */
function parseGroupAlert(alert: unknown, group: Record<string, unknown>, now: Date): Alert | string {
  try {
    if (!isObject(alert)) return parseAlert(alert, undefined, now);
    const parsed = parseAlert(withGroup(alert, group), undefined, now);
    return readStatus(group.status) === 'resolved' ? { ...parsed, status: 'resolved' } : parsed;
  } catch (cause) {
    return cause instanceof AsreError ? cause.message : 'unreadable';
  }
}

/** The alert with what it takes over: null and empty text are no value of its own, and its state comes before its group's status. */
function withGroup(alert: Record<string, unknown>, group: Record<string, unknown>): Record<string, unknown> {
  const whole = { ...alert };
  const take = (key: string, value: unknown) => {
    if (value !== undefined && (whole[key] ?? '') === '') whole[key] = value;
  };
  take('status', readStatus(alert.state));
  for (const key of GROUP_KEYS) take(key, group[key]);
  return whole;
}

/** Characters of a name that are shown: the sender chose it. */
const NAME_LIMIT = 200;

function identityOf(alert: unknown): Pick<InvalidAlert, 'alertname' | 'fingerprint'> {
  if (!isObject(alert) || !isObject(alert.labels)) return {};
  const { alertname } = alert.labels;
  const name = typeof alertname === 'string' && alertname !== '' ? { alertname: alertname.slice(0, NAME_LIMIT) } : {};
  return isLabelSet(alert.labels) ? { ...name, fingerprint: fingerprint(alert.labels) } : name;
}

function isLabelSet(labels: Record<string, unknown>): labels is Record<string, string> {
  return Object.values(labels).every((value) => typeof value === 'string');
}
