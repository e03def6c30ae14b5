const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A function that ran so long is healthy again: the next crash counts as its first. */
const HEALTHY_MS = 30_000;

/** How often a function ended by itself, and what follows for its next start. */
export class Restarts {
  total = 0;
  private inARow = 0;
  private failedStarts = 0;

  /** It ended by itself after so long of being ready; undefined where it never was. */
  count(readyMs: number | undefined): void {
    this.total++;
    this.inARow = readyMs !== undefined && readyMs > HEALTHY_MS ? 1 : this.inARow + 1;
    this.failedStarts = readyMs === undefined ? this.failedStarts + 1 : 0;
  }

  /** It is ready. */
  succeed(): void {
    this.failedStarts = 0;
  }

  /** How long to wait before the next start: not at all after one crash, then ever longer. */
  get pauseMs(): number {
    return this.inARow > 1 ? Math.min(FIRST_PAUSE_MS * 2 ** this.inARow, LONGEST_PAUSE_MS) : 0;
  }

  /** Starts failed repeatedly: there is no point in waiting for the next one. */
  get isHopeless(): boolean {
    return this.failedStarts > 1;
  }
}
