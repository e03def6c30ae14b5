import { type Alert, type EpisodeSettings, episodeOf } from '../../shared/alert/alert.ts';
import { type InvalidAlert, parseWebhook } from '../../shared/alert/alertmanager.ts';
import type { Draft } from '../../shared/events/envelope.ts';
import { alertFired, alertResolved, eventRejected } from '../../shared/events/index.ts';
import type { Log } from '../../shared/log.ts';
import { parseBody } from '../../shared/runtime/request/incoming.ts';

/**
 * One event per alert of an Alertmanager notification. The ids follow from the alert and its status, so a group that
 * Alertmanager sends again repeats them. An alert that cannot be used becomes event.rejected: the others go on.
 *
 * @throws {AsreError} ASRE_EVENT_JSON or ASRE_WEBHOOK_INVALID where the body is not a notification
 */
export function webhookDrafts(body: Buffer, settings: EpisodeSettings, log: Log): Draft[] {
  const group = parseWebhook(parseBody(body));
  if (group.truncatedAlerts > 0) {
    log.warn({ truncatedAlerts: group.truncatedAlerts }, 'Alertmanager cut alerts off: raise max_alerts');
  }
  for (const { error, alertname, fingerprint } of group.invalid) {
    log.warn({ code: error.code, why: error.message, alertname, fingerprint }, 'alert rejected');
  }
  return [...group.alerts.map((alert) => alertDraft(alert, settings)), ...group.invalid.map(rejectionDraft)];
}

function alertDraft(alert: Alert, settings: EpisodeSettings): Draft {
  const definition = alert.status === 'firing' ? alertFired : alertResolved;
  return { definition, data: alert, episode: episodeOf(alert, settings) };
}

function rejectionDraft({ alert, error, ...named }: InvalidAlert): Draft {
  const data = { code: error.code, message: error.message, event_id: 'webhook', event_type: 'webhook', ...named };
  const episode = { fingerprint: 'webhook', correlationId: 'webhook' };
  // Sent again it is the same rejection, and another alert with the same fault is another one.
  const key = `${error.message} ${JSON.stringify(alert)}`;
  return { definition: eventRejected, data, episode, key, subject: 'webhook' };
}
