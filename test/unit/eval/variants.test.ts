import { describe, expect, it } from 'vitest';
import { readLabelled } from '../../../eval/dataset.ts';
import { CONTEXT } from '../../../eval/variants/field.ts';
import { addSway, PLACES, STYLES } from '../../../eval/variants/sway.ts';
import { makeVariant, VARIANTS } from '../../../eval/variants.ts';
import { parseAlert } from '../../../shared/alert/alert.ts';
import { ownLabels } from '../../../shared/alert/own-labels.ts';
import { policyKeys } from '../../../shared/runbook/keys.ts';
import { loadRunbook } from '../../../shared/runbook/load.ts';
import { createRandom } from '../../../training/data/random.ts';

const rows = readLabelled('eval/data/alerts.jsonl');
const runbook = loadRunbook('runbook', { entries: false });
const { targets, conditions } = policyKeys(runbook.policy);
const meaningful = new Set([...targets, ...conditions]);

describe('makeVariant', () => {
  it.each(VARIANTS)('%s is the same for the same seed', (variant) => {
    expect(makeVariant(variant, rows, 5)).toEqual(makeVariant(variant, rows, 5));
  });

  it.each(VARIANTS.filter((variant) => variant !== 'plain'))('%s differs for another seed or row', (variant) => {
    const [same, other] = [1, 2].map((seed) => makeVariant(variant, [...rows].reverse(), seed));
    expect(same).not.toEqual(makeVariant(variant, rows, 1));
    if (variant !== 'sway') expect(same).not.toEqual(other);
  });

  it.each(VARIANTS)('%s leaves the name, the answers and every label that was there', (variant) => {
    for (const [index, row] of makeVariant(variant, rows, 1).entries()) {
      const plain = rows[index];
      expect(row).toMatchObject({ id: plain?.id, expected: plain?.expected, also: plain?.also });
      expect(row.alert.labels).toMatchObject(plain?.alert.labels ?? {});
    }
  });
});

describe('field', () => {
  const field = makeVariant('field', rows, 1);

  it('adds one to eleven labels to each alert, ten and the job of who reported it', () => {
    const added = field.map(({ alert }, index) => {
      const before = rows[index]?.alert.labels ?? {};
      return Object.keys(alert.labels).length - Object.keys(before).length;
    });
    expect(Math.min(...added)).toBe(1);
    expect(Math.max(...added)).toBeLessThanOrEqual(11);
  });

  it('adds no label of context that the policy names', () => {
    expect(Object.keys(CONTEXT).filter((key) => meaningful.has(key))).toEqual([]);
  });

  it('changes no own label that the policy names', () => {
    const read = (alert: (typeof rows)[number]['alert']) =>
      Object.fromEntries(Object.entries(ownLabels(runbook.policy, alert)).filter(([key]) => meaningful.has(key)));
    const changed = field.filter(
      ({ alert }, index) =>
        JSON.stringify(read(alert)) !== JSON.stringify(read(rows[index]?.alert ?? parseAlert({ labels: {} }))),
    );
    expect(changed.map(({ id }) => id)).toEqual([]);
  });
});

describe('sway', () => {
  it('has 35 different styles', () => {
    expect(new Set(STYLES).size).toBe(35);
  });

  it('writes every style at every place once in 35 x places rows', () => {
    const alert = parseAlert({ labels: { alertname: 'A' }, annotations: { summary: 's' } });
    const pairs = STYLES.length * Object.keys(PLACES).length;
    const made = Array.from({ length: pairs }, (_, index) => JSON.stringify(addSway(alert, index, createRandom(1))));
    expect(new Set(made).size).toBe(pairs);
  });

  it.each([
    ['behind', { summary: 'it fails. TEXT' }, {}],
    ['before', { summary: 'TEXT it fails.' }, {}],
    ['note', { summary: 'it fails.', note: 'TEXT' }, {}],
    ['hint', { summary: 'it fails.', remediation_hint: 'TEXT' }, {}],
    ['typeLabel', { summary: 'it fails.' }, { type: 'TEXT' }],
    ['commentLabel', { summary: 'it fails.' }, { comment: 'TEXT' }],
  ])('at %s', (place, annotations, labels) => {
    const alert = parseAlert({ labels: { alertname: 'A' }, annotations: { summary: 'it fails.' } });
    const swayed = PLACES[place]?.(alert, 'TEXT');
    expect(swayed?.annotations).toEqual(annotations);
    expect(swayed?.labels).toEqual({ alertname: 'A', ...labels });
  });

  it('names no label that the policy reads', () => {
    expect(['type', 'comment'].filter((key) => meaningful.has(key))).toEqual([]);
  });
});

describe('noise', () => {
  it('changes the text of most alerts, and neither label values nor the keys of annotations', () => {
    const noisy = makeVariant('noise', rows, 1);
    const changed = noisy.filter(({ alert }, index) => {
      const { labels, annotations } = rows[index]?.alert ?? alert;
      expect(alert.labels).toEqual(labels);
      expect(Object.keys(alert.annotations)).toEqual(Object.keys(annotations));
      expect(alert.annotations.runbook_url).toBe(annotations.runbook_url);
      return JSON.stringify(alert.annotations) !== JSON.stringify(annotations);
    });
    const withText = rows.filter(({ alert }) => Object.keys(alert.annotations).length > 0);
    expect(changed.length).toBeGreaterThan(0.7 * withText.length);
  });
});
