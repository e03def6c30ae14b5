import type { Interval, Share } from '../shared/interval.ts';

export function countShare<Item>(items: readonly Item[], holds: (item: Item) => boolean): Share {
  return { count: items.filter(holds).length, of: items.length };
}

/** NaN where nothing was counted. */
export function shareValue({ count, of }: Share): number {
  return count / of;
}

/** The middle 95 % of a figure over samples of the same size, drawn with replacement: for figures that are not shares. */
export function bootstrap<Item>(
  items: readonly Item[],
  figure: (sample: readonly Item[]) => number,
  next: () => number,
  samples = 400,
): Interval {
  const drawOne = () => items[Math.floor(next() * items.length)] as Item;
  const figures = Array.from({ length: samples }, () => figure(items.map(drawOne))).sort((a, b) => a - b);
  const at = (quantile: number) => figures[Math.round(quantile * (samples - 1))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}
