/** Shares of what was counted, and how sure they are. */

/** How often something held: `count` of `of`. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Standard normal quantile of a two-sided interval at 95 %. */
const Z_95 = 1.959964;

/** Wilson's score interval at 95 %: meaningful for 0 out of 24, unlike the normal one. 0 to 1 where nothing was counted. */
export function wilson({ count, of }: Share): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const centre = share + Z_95 ** 2 / (2 * of);
  const margin = Z_95 * Math.sqrt((share * (1 - share)) / of + Z_95 ** 2 / (4 * of ** 2));
  const scale = 1 + Z_95 ** 2 / of;
  return { low: Math.max(0, (centre - margin) / scale), high: Math.min(1, (centre + margin) / scale) };
}
