import { vi } from 'vitest';

/** Waits until a condition holds. Fails where it does not in so many milliseconds. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  await vi.waitUntil(condition, { timeout: limitMs, interval: 20 });
}
