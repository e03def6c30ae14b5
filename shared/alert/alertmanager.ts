import { AsreError } from '../errors.ts';
import { type Alert, isObject, parseAlert } from './alert.ts';

/** An alert as it came, and what is wrong with it. */
export interface InvalidAlert {
  readonly alert: unknown;
  readonly error: AsreError;
}

/** One notification of Alertmanager's webhook receiver. */
export interface WebhookGroup {
  readonly alerts: readonly Alert[];
  /** Alerts of the group that cannot be used; the others go on without them. */
  readonly invalid: readonly InvalidAlert[];
  /** Alerts that Alertmanager cut because of max_alerts; they never arrive. */
  readonly truncatedAlerts: number;
}

// What an alert takes over from its group; all of it stands beside the alerts in the webhook payload.
const GROUP_KEYS = ['receiver', 'version', 'commonLabels', 'commonAnnotations', 'groupKey'] as const;

/**
 * Reads a webhook payload of version 4 tolerantly: unknown keys of an alert are kept, unknown keys of the group ignored.
 *
 * @throws {AsreError} ASRE_WEBHOOK_INVALID where it is no such payload
 */
export function parseWebhook(body: unknown): WebhookGroup {
  if (!isObject(body) || !Array.isArray(body.alerts)) {
    throw new AsreError('ASRE_WEBHOOK_INVALID', 'the body has no array "alerts"');
  }
  if (body.version !== undefined && body.version !== '4') {
    throw new AsreError('ASRE_WEBHOOK_INVALID', 'the version of the webhook is not "4"');
  }
  const group = Object.fromEntries(GROUP_KEYS.filter((key) => body[key] != null).map((key) => [key, body[key]]));
  const alerts: Alert[] = [];
  const invalid: InvalidAlert[] = [];
  for (const [index, alert] of body.alerts.entries()) {
    const parsed = parseGroupAlert(alert, index, group);
    if (parsed instanceof AsreError) invalid.push({ alert, error: parsed });
    else alerts.push(parsed);
  }
  return { alerts, invalid, truncatedAlerts: typeof body.truncatedAlerts === 'number' ? body.truncatedAlerts : 0 };
}

function parseGroupAlert(alert: unknown, index: number, group: Record<string, unknown>): Alert | AsreError {
  try {
    return parseAlert(isObject(alert) ? { ...group, ...alert } : alert);
  } catch (cause) {
    const why = cause instanceof AsreError ? cause.message : 'unreadable';
    return new AsreError('ASRE_ALERT_INVALID', `alerts[${index}]: ${why}`, { cause });
  }
}
