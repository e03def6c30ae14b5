const WIDTH = 30;

/** A bar with the figures behind it, as in `██████░░░░ 1200 of 2000 rules`. */
export function progressBar(done: number, total: number, what: string): string {
  const filled = total === 0 ? WIDTH : Math.floor((WIDTH * done) / total);
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done} of ${total} ${what}`;
}
