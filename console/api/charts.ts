/** Figures over the rows that pass the filters. */
import { METHODS } from '../../shared/decision.ts';
import type { Row } from './row.ts';

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Charts {
  /** Seconds since 1970 at which each bucket begins. */
  readonly times: readonly number[];
  readonly bucketSeconds: number;
  readonly byOutcome: readonly Series[];
  readonly byTier: readonly Series[];
  readonly reliability: Reliability;
  readonly latency: readonly Latency[];
  readonly coverage: readonly Covered[];
  readonly noisiest: readonly Noise[];
}

/** Confidence against what worked. */
export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Whether functions sign what is recorded: then nothing else counts. */
  readonly isSigned: boolean;
  /** How many results are left out, since they are not signed. */
  readonly leftOut: number;
}

/** Decisions of about one confidence, and how many of them worked. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly meanConfidence: number;
  readonly verified: number;
  readonly ineffective: number;
}

/** How long a tier took for one alert, in milliseconds. */
export interface Latency {
  readonly tier: string;
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** What a tier was asked, and what became of it. */
export interface Covered {
  readonly tier: string;
  readonly asked: number;
  readonly selected: number;
  readonly none: number;
  readonly abstained: number;
}

export interface Noise {
  readonly alertname: string;
  readonly episodes: number;
  readonly records: number;
  /** Of its episodes: how many got a call. */
  readonly called: number;
}

const BUCKETS = 48;
const STEPS_S = [60, 300, 900, 1_800, 3_600, 7_200, 21_600, 86_400, 604_800];
const BINS = 10;
const NOISIEST = 12;
/** Outcomes after which a Lambda function was called. */
const CALLED = new Set(['called', 'asked for', 'finished', 'verified', 'ineffective']);

/** All charts of these rows. */
export function chartsOf(rows: readonly Row[]): Charts {
  const { times, bucketSeconds } = bucketsOf(rows);
  const first = times[0] ?? 0;
  const seriesOf = (read: (row: Row) => string) => {
    const series = new Map<string, number[]>();
    for (const row of rows) {
      const values = series.get(read(row)) ?? times.map(() => 0);
      const bucket = Math.floor((secondsOf(row) - first) / bucketSeconds);
      values[bucket] = (values[bucket] ?? 0) + 1;
      series.set(read(row), values);
    }
    return [...series].map(([name, values]) => ({ name, values })).sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  return {
    ...{ times, bucketSeconds },
    byOutcome: seriesOf(({ outcome }) => outcome),
    byTier: seriesOf(({ method }) => method ?? 'nobody'),
    reliability: reliabilityOf(rows),
    latency: METHODS.flatMap((tier) => latencyOf(rows, tier)),
    coverage: METHODS.flatMap((tier) => coveredBy(rows, tier)),
    noisiest: noisiestOf(rows),
  };
}

function bucketsOf(rows: readonly Row[]): Pick<Charts, 'times' | 'bucketSeconds'> {
  const seconds = rows.map(secondsOf);
  const last = seconds.reduce((a, b) => Math.max(a, b), 0);
  const first = seconds.reduce((a, b) => Math.min(a, b), last);
  const bucketSeconds = STEPS_S.find((step) => (last - first) / step < BUCKETS) ?? 2_592_000;
  const begin = Math.floor(first / bucketSeconds) * bucketSeconds;
  const count = rows.length === 0 ? 0 : Math.floor((last - begin) / bucketSeconds) + 1;
  return { times: Array.from({ length: count }, (_, index) => begin + index * bucketSeconds), bucketSeconds };
}

function secondsOf({ firstAt }: Row): number {
  return Math.floor(Date.parse(firstAt) / 1000);
}

function reliabilityOf(rows: readonly Row[]): Reliability {
  const isSigned = rows.some(({ signed }) => signed !== undefined);
  const results = rows.flatMap(({ outcome, confidence, method, signed }) =>
    confidence !== undefined && method !== 'manual' && (outcome === 'verified' || outcome === 'ineffective')
      ? [{ outcome, confidence, signed }]
      : [],
  );
  const known = isSigned ? results.filter(({ signed }) => signed === true) : results;
  return { bins: binsOf(known), isSigned, leftOut: results.length - known.length };
}

function binsOf(known: readonly { readonly outcome: string; readonly confidence: number }[]): ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, index) => {
    const inside = known.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === index);
    const verified = inside.filter(({ outcome }) => outcome === 'verified').length;
    const sum = inside.reduce((total, { confidence }) => total + confidence, 0);
    return {
      ...{ from: index / BINS, to: (index + 1) / BINS, verified, ineffective: inside.length - verified },
      meanConfidence: inside.length === 0 ? (index + 0.5) / BINS : sum / inside.length,
    };
  });
}

function votesBy(rows: readonly Row[], tier: string) {
  return rows.flatMap(({ votes }) => votes.filter(({ method }) => method === tier));
}

function latencyOf(rows: readonly Row[], tier: string): Latency[] {
  const times = votesBy(rows, tier)
    .flatMap(({ ms }) => (ms === undefined ? [] : [ms]))
    .sort((a, b) => a - b);
  if (times.length === 0) return [];
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return [{ tier, count: times.length, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) }];
}

// The static tier looks at every alert, and votes only where somebody has written down what to do.
function coveredBy(rows: readonly Row[], tier: string): Covered[] {
  const votes = votesBy(rows, tier);
  const asked = tier === 'static' ? rows.filter((row) => row.votes.length > 0).length : votes.length;
  if (asked === 0) return [];
  const count = (outcome: string) => votes.filter((vote) => vote.outcome === outcome).length;
  const [selected, none] = [count('selected'), count('none')];
  return [{ tier, asked, selected, none, abstained: asked - selected - none }];
}

function noisiestOf(rows: readonly Row[]): Noise[] {
  const noise = new Map<string, Noise>();
  for (const { alertname = '-', records, outcome } of rows) {
    const before = noise.get(alertname) ?? { alertname, episodes: 0, records: 0, called: 0 };
    noise.set(alertname, {
      alertname,
      episodes: before.episodes + 1,
      records: before.records + records,
      called: before.called + (CALLED.has(outcome) ? 1 : 0),
    });
  }
  return [...noise.values()]
    .sort((a, b) => b.records - a.records || (a.alertname < b.alertname ? -1 : 1))
    .slice(0, NOISIEST);
}
