/**
 * Model directories of FunctionGemma's layout, with random weights, from what `python -m gemma.make --shape tiny` made
 * (training/gemma). Another seed is another model: the weights are shaken by as much as they are.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../training/data/random.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/gemma');
const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const SHAKEN = 0.2;

export interface TinyOptions {
  readonly seed?: number;
  /** Whether the graph gives out the logits of all positions, as the older export did. */
  readonly allLogits?: boolean;
}

export function makeGemma({ seed = 0, allLogits = false }: TinyOptions = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-gemma-'));
  mkdirSync(join(folder, 'onnx'));
  for (const name of FILES) copyFileSync(join(FIXTURE, name), join(folder, name));
  copyFileSync(join(FIXTURE, `${allLogits ? 'all' : 'last'}-logits.onnx`), join(folder, 'onnx/model.onnx'));
  writeFileSync(join(folder, 'onnx/model.onnx_data'), weights(seed));
  return folder;
}

function weights(seed: number): Buffer {
  const bytes = readFileSync(join(FIXTURE, 'model.onnx_data'));
  if (seed === 0) return bytes;
  const random = createRandom(seed);
  for (let at = 0; at < bytes.length; at += 4) {
    bytes.writeFloatLE(bytes.readFloatLE(at) + SHAKEN * (random.next() - 0.5), at);
  }
  return bytes;
}
