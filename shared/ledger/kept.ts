import type { Versioned } from './ledger.ts';

/** A record with the time at which it is forgotten. */
export interface Kept extends Versioned {
  readonly expiresMs: number;
}

/** How often what is over is removed. */
export const SWEEP_MS = 600_000;

/** What was kept, unless it is over. */
export function fresh(kept: Kept | undefined, now: Date): Kept | undefined {
  return kept !== undefined && kept.expiresMs > now.getTime() ? kept : undefined;
}
