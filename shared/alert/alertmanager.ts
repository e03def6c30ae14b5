import { AsreError } from '../errors.ts';
import { isObject } from '../json.ts';
import { type Alert, API_V2, parseAlert } from './alert.ts';
import { fingerprint } from './fingerprint.ts';

/** An alert as it came, and what is wrong with it. */
export interface InvalidAlert {
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

/**
 * Reads a webhook payload tolerantly, whatever version it says: the fields decide. Unknown keys of an alert are kept,
 * unknown keys of the group ignored.
 *
 * @throws {AsreError} ASRE_WEBHOOK_INVALID where it is not such a payload
 */
export function parseWebhook(body: unknown, now: Date = new Date()): WebhookGroup {
  if (!isObject(body) || !Array.isArray(body.alerts)) throw new AsreError('ASRE_WEBHOOK_INVALID', describeBody(body));
  const status = body.status ?? body.state; // Grafana's word
  const whole: Record<string, unknown> = { ...body, status };
  const group = Object.fromEntries(GROUP_KEYS.filter((key) => whole[key] != null).map((key) => [key, whole[key]]));
  const alerts: Alert[] = [];
  const invalid: InvalidAlert[] = [];
  for (const [index, alert] of body.alerts.entries()) {
    const parsed = parseGroupAlert(alert, index, group, now);
    if (parsed instanceof AsreError) invalid.push({ alert, error: parsed, ...identityOf(alert) });
    else alerts.push(parsed);
  }
  return { alerts, invalid, truncatedAlerts: typeof body.truncatedAlerts === 'number' ? body.truncatedAlerts : 0 };
}

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

function parseGroupAlert(alert: unknown, index: number, group: Record<string, unknown>, now: Date): Alert | AsreError {
  try {
    return parseAlert(isObject(alert) ? { ...group, ...given(alert) } : alert, undefined, now);
  } catch (cause) {
    const why = cause instanceof AsreError ? cause.message : 'unreadable';
    return new AsreError('ASRE_ALERT_INVALID', `alerts[${index}]: ${why}`, { cause });
  }
}

/** An alert's own null or empty text does not override its group's value. */
function given(alert: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(alert).filter(([, value]) => value !== null && value !== ''));
}

/** Characters of a name that are shown: the sender chose it. */
const NAME_LIMIT = 200;

function identityOf(alert: unknown): Pick<InvalidAlert, 'alertname' | 'fingerprint'> {
  if (!isObject(alert) || !isObject(alert.labels)) return {};
  const { alertname } = alert.labels;
  const name = typeof alertname === 'string' && alertname !== '' ? { alertname: alertname.slice(0, NAME_LIMIT) } : {};
  const labels = Object.entries(alert.labels).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const isWhole = labels.length === Object.keys(alert.labels).length;
  return isWhole ? { ...name, fingerprint: fingerprint(Object.fromEntries(labels)) } : name;
}
