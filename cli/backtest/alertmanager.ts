/** What fires at an Alertmanager. It keeps nothing of what has resolved. */
import { isObject, jsonText } from '../../shared/json.ts';
import { textsOf } from '../rules/fired.ts';
import { readApi } from '../server-api.ts';
import { EXIT_FAILED, UserError } from '../verb.ts';
import type { Firing, History, Window } from './firing.ts';

const FIRINGS_LIMIT = 20_000;
const ONLY_NOW = 'Alertmanager lists only what fires now: ask a Prometheus for what has resolved';

/** @param matchers such as `severity="critical"` @throws {UserError} where the server does not answer as Alertmanager does */
export async function readAlertmanager(url: string, window: Window, matchers: readonly string[]): Promise<History> {
  const asked = new URLSearchParams({ silenced: 'false', inhibited: 'false' });
  for (const matcher of matchers) asked.append('filter', matcher);
  const answer = await readApi(url, `api/v2/alerts?${asked}`);
  if (!Array.isArray(answer)) {
    const why = 'it does not list alerts as Alertmanager does';
    throw new UserError(`${url}: ${why}`, 'check the URL and its path', EXIT_FAILED);
  }
  if (answer.length > FIRINGS_LIMIT) {
    const many = FIRINGS_LIMIT.toLocaleString('en');
    throw new UserError(`${url} lists more than ${many} alerts`, 'ask for less by --match', EXIT_FAILED);
  }
  return {
    firings: answer.map((alert, index) => firingOf(alert, window, `${url}: alerts[${index}]`)),
    notes: [ONLY_NOW],
  };
}

// What began before the window is met where it begins, as it would have been sent again then.
function firingOf(alert: unknown, { fromMs, toMs }: Window, where: string): Firing {
  const { labels, annotations, startsAt, generatorURL } = isObject(alert) ? alert : {};
  const startMs = Date.parse(jsonText(startsAt));
  if (!isObject(labels) || typeof labels.alertname !== 'string' || Number.isNaN(startMs)) {
    throw new UserError(
      `${where} has no labels, no alertname or no startsAt`,
      'check the URL and its path',
      EXIT_FAILED,
    );
  }
  const link = typeof generatorURL === 'string' ? { generatorURL } : {};
  return {
    alert: { labels: textsOf(labels), annotations: textsOf(annotations), ...link },
    fromMs: Math.min(toMs, Math.max(fromMs, startMs)),
    toMs: undefined,
  };
}
