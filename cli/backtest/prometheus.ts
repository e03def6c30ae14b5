/** What fired on a Prometheus: ALERTS and ALERTS_FOR_STATE, by query_range in parts. */
import type { Labels } from '../../shared/alert/alert.ts';
import { isObject } from '../../shared/json.ts';
import { progressBar } from '../progress.ts';
import { readApi } from '../server-api.ts';
import { EXIT_FAILED, type Terminal, UserError } from '../verb.ts';
import { addSample, type Firing, firingsOf, type History, type Stretch, type Window } from './firing.ts';
import { fetchTexts } from './rule-texts.ts';

/** Points of a series in one answer. Prometheus refuses more than 11,000; of 10,000 series these are 60 MB. */
const POINTS = 360;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const SERIES_LIMIT = 20_000;
const FIRINGS_LIMIT = 100_000;
const WARNINGS_LIMIT = 5;
const LESS = 'ask for less by --since or --match';

/** What the answers so far tell. */
interface Seen {
  readonly series: Map<string, { readonly labels: Labels; readonly stretches: Stretch[] }>;
  firings: number;
  /** What the server itself says of its answers, such as that a part of them is missing. */
  readonly warnings: Set<string>;
}

/** @param matchers such as `severity="critical"` @throws {UserError} where the server does not answer as Prometheus does */
export async function readPrometheus(
  url: string,
  window: Window,
  matchers: readonly string[],
  { progress }: Pick<Terminal, 'progress'>,
): Promise<History> {
  const seen: Seen = { series: new Map(), firings: 0, warnings: new Set() };
  const parts = partsOf(window);
  for (const [index, part] of parts.entries()) {
    progress(progressBar(index, parts.length, 'parts of the time asked for'));
    addAnswer(seen, await readApi(url, pathOf(part, matchers), MAX_ANSWER_BYTES), part, url);
  }
  const texts = await fetchTexts(url);
  const firings = [...seen.series.values()].flatMap(({ labels, stretches }): Firing[] =>
    firingsOf(texts.alertOf(labels), stretches, window),
  );
  return { firings, notes: [...[...seen.warnings].map((warning) => `the server says: ${warning}`), ...texts.notes()] };
}

/** The window in parts, none of which has more points than an answer may have. */
export function partsOf({ fromMs, toMs, stepMs }: Window): Window[] {
  const parts: Window[] = [];
  for (let start = fromMs; start <= toMs; start += POINTS * stepMs) {
    parts.push({ fromMs: start, toMs: Math.min(toMs, start + (POINTS - 1) * stepMs), stepMs });
  }
  return parts;
}

/** Where a series of ALERTS_FOR_STATE fires, its value is the time since when the alert is active; some servers keep none. */
function pathOf({ fromMs, toMs, stepMs }: Window, matchers: readonly string[]): string {
  const firing = `ALERTS{${['alertstate="firing"', ...matchers].join(',')}}`;
  const since = `ALERTS_FOR_STATE{${matchers.join(',')}}`;
  const query = `${since} and ignoring(alertstate) ${firing} or ignoring(alertstate) ${firing}`;
  const asked = { query, start: String(fromMs / 1000), end: String(toMs / 1000), step: String(stepMs / 1000) };
  return `api/v1/query_range?${new URLSearchParams(asked)}`;
}

function addAnswer(seen: Seen, answer: unknown, part: Window, url: string): void {
  const { data: inner, warnings } = isObject(answer) ? answer : {};
  const data = isObject(inner) ? inner : {};
  for (const warning of Array.isArray(warnings) ? (warnings as unknown[]) : []) {
    if (typeof warning === 'string' && seen.warnings.size < WARNINGS_LIMIT) seen.warnings.add(warning);
  }
  if (data.resultType !== 'matrix' || !Array.isArray(data.result)) throw strange(url, 'it is not a matrix');
  for (const series of data.result as unknown[]) {
    const { metric, values } = isObject(series) ? series : {};
    if (!isObject(metric) || !Array.isArray(values)) throw strange(url, 'a series has no metric or no values');
    if (values.length > POINTS) throw strange(url, `a series has ${values.length} points, ${POINTS} were asked for`);
    const stretches = stretchesOf(seen, labelsOf(metric, url), url);
    const before = stretches.length;
    for (const value of values as unknown[]) addValue(stretches, value, part, url);
    seen.firings += stretches.length - before;
    if (seen.firings > FIRINGS_LIMIT) throw tooMuch(url, 'firings', FIRINGS_LIMIT);
  }
}

function stretchesOf({ series }: Seen, labels: Labels, url: string): Stretch[] {
  const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  const known = series.get(key);
  if (known !== undefined) return known.stretches;
  if (series.size >= SERIES_LIMIT) throw tooMuch(url, 'alerts', SERIES_LIMIT);
  const stretches: Stretch[] = [];
  series.set(key, { labels, stretches });
  return stretches;
}

function labelsOf(metric: Readonly<Record<string, unknown>>, url: string): Labels {
  const { __name__: _, alertstate: __, ...labels } = metric;
  if (!Object.values(labels).every((value) => typeof value === 'string')) throw strange(url, 'a label is not text');
  if (!labels.alertname) throw strange(url, 'a series has no alertname');
  return labels as Labels;
}

function addValue(stretches: Stretch[], value: unknown, part: Window, url: string): void {
  const [seconds, text] = Array.isArray(value) ? (value as unknown[]) : [];
  const atMs = typeof seconds === 'number' ? Math.round(seconds * 1000) : Number.NaN;
  if (!(atMs >= part.fromMs && atMs <= part.toMs)) throw strange(url, 'a sample is of a time that was not asked for');
  const active = Number(text);
  addSample(stretches, atMs, active > 1 ? active : undefined, part);
}

function strange(url: string, why: string): UserError {
  return new UserError(`${url} does not answer as Prometheus does: ${why}`, 'check the URL and its path', EXIT_FAILED);
}

function tooMuch(url: string, what: string, limit: number): UserError {
  return new UserError(`${url} has more than ${limit.toLocaleString('en')} ${what}`, LESS, EXIT_FAILED);
}
