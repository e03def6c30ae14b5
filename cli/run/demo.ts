/** `--demo`: sends recorded alerts through the running system and shows what became of each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WireEvent } from '../../broker/event.ts';
import { isObject } from '../../shared/alert/alert.ts';
import { createHttpClient, targetOf } from '../../shared/http/client.ts';
import { describeExchange, isRetried, isSuccess } from '../../shared/http/exchange.ts';
import { formatTable } from '../../shared/text/table.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** An Alertmanager payload and the episodes of its firing alerts. */
export interface Recording {
  readonly payload: Record<string, unknown>;
  readonly episodes: readonly { readonly episode: string; readonly alert: string }[];
}

const HEADINGS = ['alert', 'decided by', 'function', 'parameters', 'confidence', 'why'];
const SEND_TRIES = 5;
const SEND_TIMEOUT_MS = 120_000;

/** Collects outcomes by episode as the broker sees them. */
export class OutcomeBook {
  private readonly outcomes = new Map<string, Outcome>();

  readonly observe = (event: WireEvent): void => {
    const outcome = outcomeOf(event);
    if (outcome !== undefined) this.outcomes.set(outcome.episode, outcome);
  };

  get(episode: string): Outcome | undefined {
    return this.outcomes.get(episode);
  }

  /** Waits until every episode has an outcome or the time is over. */
  async waitFor(episodes: readonly string[], limitMs: number): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline && episodes.some((episode) => !this.outcomes.has(episode))) await sleep(50);
  }
}

/** Reads every *.json of the folder as an Alertmanager payload that fires at `now`. */
export function readRecordings(folder: string, now: Date): Recording[] {
  return jsonFiles(folder).flatMap((file) => {
    const payload: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(payload) && Array.isArray(payload.alerts) ? [refresh(payload, now)] : [];
  });
}

/** Sends the recordings, waits for the outcomes and returns the table. */
export async function playDemo(
  url: string,
  recordings: readonly Recording[],
  book: OutcomeBook,
  limitMs: number,
  width: number,
): Promise<string> {
  for (const { payload } of recordings) await send(url, payload);
  const episodes = recordings.flatMap((recording) => recording.episodes);
  await book.waitFor(
    episodes.map(({ episode }) => episode),
    limitMs,
  );
  const rows = episodes.map(({ episode, alert }) => rowOf(alert, book.get(episode)));
  return formatTable(HEADINGS, rows, width);
}

function rowOf(alert: string, outcome: Outcome | undefined): string[] {
  if (outcome === undefined) return [alert, '-', '-', '-', '-', 'no outcome in time; see the logs of the functions'];
  const { decidedBy, lambdaFunction, parameters, confidence, why } = outcome;
  return [alert, decidedBy, lambdaFunction, parameters, confidence, why];
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

// A recorded alert becomes a new episode: it fires now.
function refresh(payload: Record<string, unknown>, now: Date): Recording {
  const alerts = (Array.isArray(payload.alerts) ? payload.alerts.filter(isObject) : []).map((alert) =>
    alert.status === 'resolved' ? alert : { ...alert, startsAt: now.toISOString() },
  );
  const firing: Record<string, unknown>[] = alerts.filter((alert) => alert.status !== 'resolved');
  const episodes = firing.map((alert) => ({
    episode: `${String(alert.fingerprint)}.${now.getTime()}`,
    alert: nameOf(alert),
  }));
  return { payload: { ...payload, alerts }, episodes };
}

function nameOf(alert: Record<string, unknown>): string {
  const labels = isObject(alert.labels) ? alert.labels : {};
  return [labels.alertname, labels.namespace ?? labels.instance].filter((part) => typeof part === 'string').join(' ');
}

// As Alertmanager does: an answer of 5xx means "send it again".
async function send(url: string, payload: Record<string, unknown>): Promise<void> {
  const client = createHttpClient();
  for (let tries = 1; ; tries++) {
    const headers = { 'content-type': 'application/json' };
    const exchange = await client.send(targetOf(url), headers, JSON.stringify(payload), SEND_TIMEOUT_MS);
    const status = exchange.kind === 'response' ? exchange.status : undefined;
    if (status !== undefined && isSuccess(status)) return;
    if ((status !== undefined && !isRetried(status)) || tries === SEND_TRIES) {
      throw new Error(`alert-router did not accept: ${describeExchange(exchange)}`);
    }
    await sleep(200 * 2 ** tries);
  }
}
