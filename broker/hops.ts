/** Knative's hop limit: an event may cause a chain of at most so many replies. */
import type { WireEvent } from './event.ts';

export const TTL = 'knativebrokerttl';
const INITIAL_TTL = 255;

/** Hops left to an event inside the broker. */
export function ttlOf(event: WireEvent): number {
  const ttl = Number(event.attributes[TTL] ?? INITIAL_TTL);
  return Number.isInteger(ttl) ? ttl : INITIAL_TTL;
}

/** Hops left to an event that comes in now: one less than it says, the full number if it says none. */
export function incomingTtl(event: WireEvent): number {
  return event.attributes[TTL] === undefined ? INITIAL_TTL : ttlOf(event) - 1;
}
