const FAILURES = 5;
const OPEN_MS = 30_000;

/** Stops asking a server that failed several times in a row; after a while one alert tries it again. */
export class Breaker {
  private readonly clock: () => number;
  private failures = 0;
  private openUntil = 0;

  /** @param clock monotonic, in milliseconds */
  constructor(clock: () => number) {
    this.clock = clock;
  }

  get isOpen(): boolean {
    return this.clock() < this.openUntil;
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(): void {
    this.failures++;
    if (this.failures >= FAILURES) this.openUntil = this.clock() + OPEN_MS;
  }
}
