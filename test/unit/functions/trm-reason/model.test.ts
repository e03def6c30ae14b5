import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCurrentModel, loadModel } from '../../../../functions/trm-reason/model.ts';
import { AsreError } from '../../../../shared/errors.ts';
import { loadRunbook } from '../../../../shared/runbook/load.ts';
import type { Catalogue, CatalogueFunction } from '../../../../shared/runbook/runbook.ts';
import { copyTiny, RUNBOOK_DIR, readCard, runbook } from '../../../support/tiny.ts';

/** The error that loading gives, as text; '' where it loads. */
function complaint(folder: string): string {
  try {
    loadModel(folder, runbook);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(AsreError);
    return `${(error as AsreError).code}: ${(error as AsreError).message}`;
  }
}

const without = (object: object, key: string) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

describe('loadModel', () => {
  it('where no card is: nothing', () => {
    expect(loadModel('/nowhere', runbook)).toBeUndefined();
    expect(loadModel(mkdtempSync(join(tmpdir(), 'no-model-')), runbook)).toBeUndefined();
  });

  it('a model that fits: its card, its vocabulary and where its weights are', () => {
    const folder = copyTiny();
    const model = loadModel(folder, runbook);
    expect(model?.weights).toBe(join(folder, 'trm.onnx'));
    expect(model?.vocabulary.tokens.slice(0, 4)).toEqual(['[PAD]', '[CLS]', '[SLOT]', '[END]']);
    expect(model?.reading.keys.targets).toContain('pod');
    expect(model?.card.configuration).toMatchObject({ answerLength: expect.any(Number), hidden: expect.any(Number) });
  });

  it('the tiny model, fitted to the shipped catalogue, loads', () => {
    expect(complaint(copyTiny())).toBe('');
    expect(readCard().format).toBe(1);
  });

  it.each<[string, (folder: string) => void, string]>([
    ['changed weights', (folder) => appendFileSync(join(folder, 'trm.onnx'), '\0'), 'trm.onnx is not the file'],
    [
      'a changed tokenizer',
      (folder) => appendFileSync(join(folder, 'tokenizer.json'), ' '),
      'tokenizer.json is not the file',
    ],
    [
      'weights that are a Git LFS pointer',
      (folder) => writeFileSync(join(folder, 'trm.onnx'), 'version https://git-lfs'),
      'trm.onnx is not the file',
    ],
    ['no weights', (folder) => rmSync(join(folder, 'trm.onnx')), 'cannot read '],
    ['no tokenizer', (folder) => rmSync(join(folder, 'tokenizer.json')), 'cannot read '],
    [
      'a card that is not JSON',
      (folder) => writeFileSync(join(folder, 'trm.json'), '{"format":1,'),
      'trm.json must be object',
    ],
    ['an empty card', (folder) => writeFileSync(join(folder, 'trm.json'), ''), 'trm.json must be object'],
  ])('%s: refused, with what to do', (_, change, expected) => {
    const folder = copyTiny();
    change(folder);
    expectRefused(folder, expected);
  });

  it.each<[string, (card: ReturnType<typeof readCard>) => unknown, string]>([
    [
      'of the time before functions had hashes',
      (card) => ({ ...card, functions: ['pod-restart'] }),
      'trm.json/functions must be',
    ],
    ['of another vocabulary', (card) => ({ ...card, vocabularySha256: '0'.repeat(64) }), 'another vocabulary'],
    ['of another format', (card) => ({ ...card, format: 2 }), 'trm.json/format must be equal to constant'],
    [
      'that reads longer alerts',
      (card) => ({ ...card, configuration: { ...card.configuration, inputLength: 128 } }),
      'the model reads 128 tokens, this version 96',
    ],
    ['that is null', () => null, 'trm.json must be object'],
    ['that is a list', () => [], 'trm.json must be object'],
    ['without thresholds', (card) => without(card, 'thresholds'), "trm.json must have required property 'thresholds'"],
    [
      'with text for a threshold',
      (card) => ({ ...card, thresholds: { none: 0, observe: 0, mutating: '0.9' } }),
      'trm.json/thresholds/mutating must be number',
    ],
    [
      'surer where the model is less sure',
      (card) => ({ ...card, confidence: { halt: -1, call: 1, bias: 0 } }),
      'trm.json/confidence/halt must be >= 0',
    ],
    ['without files', (card) => without(card, 'files'), "required property 'files'"],
    [
      'that vouches for no weights',
      (card) => ({ ...card, files: without(card.files as object, 'trm.onnx') }),
      "required property 'trm.onnx'",
    ],
    [
      'that vouches for no tokenizer',
      (card) => ({ ...card, files: without(card.files as object, 'tokenizer.json') }),
      "required property 'tokenizer.json'",
    ],
    [
      'without cycles',
      (card) => ({ ...card, configuration: without(card.configuration, 'latentCycles') }),
      'trm.json/configuration must have',
    ],
    [
      'with no answer slots',
      (card) => ({ ...card, configuration: { ...card.configuration, answerLength: 0 } }),
      'trm.json/configuration/answerLength must be >= 1',
    ],
  ])('a card %s: refused, with what to do', (_, change, expected) => {
    expectRefused(copyTiny(change), expected);
  });

  describe('the catalogue since it was trained', () => {
    const shipped = loadRunbook(RUNBOOK_DIR, { entries: false });
    const restart = shipped.catalogue.get('pod-restart');
    if (restart === undefined) throw new Error('the catalogue has no pod-restart');
    const changed = (name: string, change: Partial<CatalogueFunction>): Catalogue =>
      new Map([...shipped.catalogue, [name, { ...restart, ...change, name }]]);
    const without = new Map([...shipped.catalogue].filter(([name]) => name !== 'pod-restart'));

    it.each<[string, Catalogue, string[]]>([
      ['is the same', shipped.catalogue, []],
      ['has a function more', changed('vm-restart', {}), []],
      ['tells a function in other words', changed('pod-restart', { description: 'Restart it.' }), []],
      ['fills a function from elsewhere', changed('pod-restart', { fill: [] }), []],
      ['is in another order', new Map([...shipped.catalogue].reverse()), []],
      ['gives a function another risk', changed('pod-restart', { risk: 'observe' }), ['pod-restart']],
      ['gives a function other parameters', changed('pod-restart', { schema: { type: 'object' } }), ['pod-restart']],
      ['lacks a function', without, ['pod-restart']],
    ])('%s', (_, catalogue, outdated) => {
      const folder = copyTiny();
      const model = loadModel(folder, { ...shipped, catalogue });
      expect(model?.outdated).toEqual(outdated);
      const measure = () => loadCurrentModel(folder, { ...shipped, catalogue });
      if (outdated.length === 0) expect(measure).not.toThrow();
      else expect(measure).toThrow('the model was trained for another pod-restart than the catalogue has');
    });
  });

  it('the label keys that it reads are those of the runbook that it runs with', () => {
    const policy = { targets: new Map([['vm', [{ name: ['{{ $labels.vm_name }}'] }]]]), conditions: new Map() };
    const model = loadModel(copyTiny(), { ...runbook, policy: { ...runbook.policy, ...policy } });
    expect(model?.reading.keys).toMatchObject({ targets: new Set(['vm_name']), conditions: new Set() });
  });

  it('a card with more in it than is asked for: read', () => {
    expect(complaint(copyTiny((card) => ({ ...card, later: { version: 2 } })))).toBe('');
  });
});

function expectRefused(folder: string, expected: string): void {
  const told = complaint(folder);
  expect(told).toMatch(/^ASRE_MODEL_INVALID: /);
  expect(told).toContain(expected);
  expect(told).toContain('train it again (docs/training.md), or restore models/ and runbook/ from the same release');
  expect(readFileSync(join(import.meta.dirname, '../../../../docs/training.md'), 'utf8')).not.toBe('');
}
