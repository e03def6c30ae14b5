import { describe, expect, it } from 'vitest';
import type { RunbookEntry } from '../../../shared/runbook/runbook.ts';
import { familyOf } from '../../../shared/runbook/schema.ts';
import { materials } from '../../../training/data/split.ts';
import { smallRunbook } from '../../support/small-runbook.ts';

const [situation = ''] = smallRunbook.situations.keys();

/** 300 families of three entries, and 300 entries without one. */
const entries: RunbookEntry[] = Array.from({ length: 1200 }, (_, number) => ({
  id: `entry-${number}`,
  situation,
  ...(number < 900 && { family: `family-${Math.floor(number / 3)}` }),
  names: ['A', 'B', 'C', 'D'].map((letter) => `${letter}${number}`),
  says: ['a', 'b', 'c', 'd', 'e'].map((letter) => `${letter} ${number}`),
  matchers: [],
}));

describe('the splits of the training data', () => {
  const { train, unseen_entries, unseen_phrasings, calibration } = materials({ ...smallRunbook, entries });
  const familiesOf = (split: typeof train) => new Set(split.map(({ entry }) => familyOf(entry)));

  it('part no family: its entries are all learnt from, all unseen, or all for the thresholds', () => {
    expect(train.length + unseen_entries.length + calibration.length).toBe(entries.length);
    const families = [train, unseen_entries, calibration].flatMap((split) => [...familiesOf(split)]);
    expect(new Set(families).size).toBe(families.length);
  });

  it.each([
    ['unseen', unseen_entries, 0.06],
    ['for the thresholds', calibration, 0.12],
  ])('keep entries %s, with and without a family', (_, split, share) => {
    const alone = split.filter(({ entry }) => entry.family === undefined).length;
    expect(alone / 300).toBeCloseTo(share, 1);
    expect((split.length - alone) / 900).toBeCloseTo(share, 1);
  });

  it('keep back one name and one phrasing of each entry that is learnt from', () => {
    expect(unseen_phrasings.length).toBe(train.length);
    for (const [index, { entry, names, phrasings }] of unseen_phrasings.entries()) {
      expect(train[index]?.entry).toBe(entry);
      expect(train[index]?.names).not.toContain(names[0]);
      expect(train[index]?.phrasings).not.toContain(phrasings[0]);
    }
  });

  it('stay as they are where entries are added', () => {
    const added: RunbookEntry = { id: 'new', situation, names: ['New'], says: ['new'], matchers: [] };
    const after = materials({ ...smallRunbook, entries: [added, ...entries] });
    const idsOf = (split: typeof train) => split.map(({ entry }) => entry.id).filter((id) => id !== 'new');
    expect(idsOf(after.unseen_entries)).toEqual(idsOf(unseen_entries));
    expect(idsOf(after.train)).toEqual(idsOf(train));
  });
});
