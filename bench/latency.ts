export interface Latency {
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** Percentiles of times in milliseconds, by the nearest rank. */
export function latencyOf(times: readonly number[]): Latency {
  return { p50_ms: percentile(times, 0.5), p99_ms: percentile(times, 0.99) };
}

export function median(times: readonly number[]): number {
  return percentile(times, 0.5);
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((left, right) => left - right);
  return round3(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

export function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
