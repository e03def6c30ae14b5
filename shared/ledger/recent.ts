/**
 * Whether what a record says was done at that time is still recent. The clocks of replicas differ, so it may lie ahead a little;
 * one further ahead was written before the clock was set back, and is not waited for.
 */
export function isRecent(atMs: number, nowMs: number, withinMs: number): boolean {
  return Math.abs(nowMs - atMs) < withinMs;
}
