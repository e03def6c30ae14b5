/** What fired on a server, and when: samples that it kept, joined to firings. Times in ms. */
import type { Labels } from '../../shared/alert/alert.ts';

/** An alert as its rule and its series make it. */
export interface PastAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorURL?: string | undefined;
}

/** One firing of one alert. */
export interface Firing {
  readonly alert: PastAlert;
  readonly fromMs: number;
  /** When it resolved; undefined where it still fires. */
  readonly toMs: number | undefined;
}

/** What a server tells of the past. */
export interface History {
  readonly firings: readonly Firing[];
  /** What is not as it would have been, in words. */
  readonly notes: readonly string[];
}

/** The time that is asked about, and how far apart the samples are. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** A stretch of samples of one series. */
export interface Stretch {
  readonly fromMs: number;
  lastMs: number;
  /** Since when the alert has been active, as the server says; undefined where it does not. */
  readonly activeSince: number | undefined;
}

/**
 * Adds a sample to the stretches of its series; samples come in order. One firing has one time since when it is active: it goes
 * on over a gap in which Prometheus was down, and ends where that time is another one although no step lies between.
 */
export function addSample(
  stretches: Stretch[],
  atMs: number,
  activeSince: number | undefined,
  { stepMs }: Pick<Window, 'stepMs'>,
): void {
  const last = stretches.at(-1);
  const isKnown = activeSince !== undefined && last?.activeSince !== undefined;
  const goesOn = last !== undefined && (isKnown ? last.activeSince === activeSince : atMs - last.lastMs < 2 * stepMs);
  if (goesOn) last.lastMs = atMs;
  else stretches.push({ fromMs: atMs, lastMs: atMs, activeSince });
}

/** The firings of a series. What was seen at the last step of the window may fire on. */
export function firingsOf(alert: PastAlert, stretches: readonly Stretch[], { toMs, stepMs }: Window): Firing[] {
  return stretches.map(({ fromMs, lastMs }) => ({
    alert,
    fromMs,
    toMs: lastMs + stepMs > toMs ? undefined : lastMs + stepMs,
  }));
}
