import { createRandom, type Random } from '../training/data/random.ts';
import type { Labelled } from './dataset.ts';
import { addFieldLabels } from './variants/field.ts';
import { addNoise } from './variants/noise.ts';
import { addSway } from './variants/sway.ts';

/**
 * The same alerts as the world may bring them; the expected answers stay. plain: as they are. field: with the labels that
 * scrapers, operators, charts and teams add. sway: with orders and asides that nobody may follow. noise: told a little otherwise.
 */
export const VARIANTS = ['plain', 'field', 'sway', 'noise'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Something for each variant. */
export function byVariant<Value>(make: (variant: Variant) => Value): Readonly<Record<Variant, Value>> {
  return { plain: make('plain'), field: make('field'), sway: make('sway'), noise: make('noise') };
}

/** The rows in a variant: the same seed makes the same rows, and a row's change does not depend on the rows before it. */
export function makeVariant(variant: Variant, rows: readonly Labelled[], seed: number): readonly Labelled[] {
  const change = changeOf(variant);
  return rows.map((row, index) => ({ ...row, alert: change(row.alert, index, createRandom(seed + index)) }));
}

type Change = (alert: Labelled['alert'], index: number, random: Random) => Labelled['alert'];

function changeOf(variant: Variant): Change {
  switch (variant) {
    case 'plain':
      return (alert) => alert;
    case 'field':
      return (alert, _, random) => addFieldLabels(alert, random);
    case 'sway':
      return addSway;
    case 'noise':
      return (alert, _, random) => addNoise(alert, random);
    default:
      return variant satisfies never;
  }
}
