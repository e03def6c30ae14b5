import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, type Loaded, loadModel } from '../../functions/gemma-fallback/answerer.ts';
import { checkDirectory } from '../../functions/gemma-fallback/directory.ts';
import { type Cache, emptyCache, extend, sizeOf } from '../../functions/gemma-fallback/graph.ts';
import { askedOf } from '../../functions/gemma-fallback/onnx.ts';
import { PrefixCache } from '../../functions/gemma-fallback/prefix-cache.ts';
import { questionOf, readingOf } from '../../functions/gemma-fallback/reading.ts';
import { crashing } from '../support/alerts.ts';
import { makeGemma } from '../support/gemma.ts';
import { runbook } from '../support/tiny.ts';

/** Sums of 32-bit floats in another order; the logits are some units wide. */
const TOLERANCE = 1e-4;
const ignore = () => {};
const PROMPT = Array.from({ length: 150 }, (_, index) => 250 + ((index * 37) % 700));

describe.each([
  ['the last logits only', false],
  ['all logits', true],
])('a graph that gives out %s', (_, allLogits) => {
  let model: Loaded;
  const read = (ids: readonly number[], chunk?: number, cache: Cache = emptyCache(model.layout)) =>
    extend(model.session, model.layout, cache, ids, ignore, chunk);
  const expectSame = (left: Float32Array, right: Float32Array) => {
    expect(left).toHaveLength(model.layout.vocabularySize);
    const apart = left.reduce((most, logit, id) => Math.max(most, Math.abs(logit - (right[id] ?? Number.NaN))), 0);
    expect(apart).toBeLessThan(TOLERANCE);
  };

  beforeAll(async () => {
    model = await loadModel(checkDirectory(makeGemma({ allLogits })), 1);
  });
  afterAll(() => model.session.release());

  it('is known from its metadata', () => {
    expect(model.layout).toEqual({
      layers: 2,
      heads: 1,
      headSize: 16,
      vocabularySize: 1024,
      lastLogitsOnly: !allLogits,
    });
  });

  it.each([1, 7, 64, 149])('computes the same in chunks of %d as at once, past the sliding window', async (chunk) => {
    expectSame((await read(PROMPT, chunk)).logits, (await read(PROMPT, PROMPT.length)).logits);
  });

  it('computes the same behind keys and values that it kept', async () => {
    const { cache } = await read(PROMPT.slice(0, 100), 100);
    expectSame((await read(PROMPT.slice(100), 50, cache)).logits, (await read(PROMPT, PROMPT.length)).logits);
  });

  it('leaves what it goes on from as it was', async () => {
    const { cache } = await read(PROMPT.slice(0, 100));
    const first = await read(PROMPT.slice(100), undefined, cache);
    await read([300, 301, 302], undefined, cache);
    expect((await read(PROMPT.slice(100), undefined, cache)).logits).toEqual(first.logits);
  });

  it.each([-1, 1024, Number.NaN])('refuses the token %s', async (token) => {
    await expect(read([...PROMPT, token])).rejects.toThrow('there is no token');
  });
});

describe('the developer turns that are kept', () => {
  let model: Loaded;
  const asked = askedOf(questionOf(readingOf(runbook), crashing));
  const fresh = { get: (_: readonly number[], read: () => Promise<Cache>) => read() };
  const cacheOf = (folder: string, bytes = 2 ** 24, name = 'model') =>
    new PrefixCache({ bytes, folder, model: name, layout: model.layout });

  beforeAll(async () => {
    model = await loadModel(checkDirectory(makeGemma()), 1);
  });
  afterAll(() => model.session.release());

  it('give the same answer as one that is read anew, from memory and from disk', async () => {
    const plain = await answer(model, fresh, asked, ignore);
    const folder = mkdtempSync(join(tmpdir(), 'prefixes-'));
    const cache = cacheOf(folder);
    expect(await answer(model, cache, asked, ignore)).toEqual(plain);
    expect(await answer(model, cache, asked, ignore)).toEqual(plain);
    expect(await answer(model, cacheOf(folder), asked, ignore)).toEqual(plain);
  });

  it('are read once, from disk after a start, and again for other weights', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prefixes-'));
    let reads = 0;
    const read = async () => {
      reads++;
      return (await extend(model.session, model.layout, emptyCache(model.layout), PROMPT, ignore)).cache;
    };
    const cache = cacheOf(folder);
    await cache.get(PROMPT, read);
    await cache.get(PROMPT, read);
    expect(reads).toBe(1);
    const stored = await cacheOf(folder).get(PROMPT, read);
    expect(reads).toBe(1);
    const { cache: same } = await extend(model.session, model.layout, emptyCache(model.layout), PROMPT, ignore);
    for (const [name, tensor] of Object.entries(same.tensors)) expect(stored.tensors[name]?.data).toEqual(tensor.data);
    await cacheOf(folder, 2 ** 24, 'another').get(PROMPT, read);
    expect(reads).toBe(2);
  });

  it('take no more memory than they may: the one unused for longest goes', async () => {
    const read = (ids: readonly number[]) => async () =>
      (await extend(model.session, model.layout, emptyCache(model.layout), ids, ignore)).cache;
    const [first, second, third] = [PROMPT, PROMPT.slice(1), PROMPT.slice(2)];
    const size = sizeOf(await read(PROMPT)());
    const cache = cacheOf('', 2 * size);
    const reads: number[] = [];
    const get = (ids: readonly number[]) =>
      cache.get(ids, () => {
        reads.push(ids.length);
        return read(ids)();
      });
    for (const ids of [first, second, first, third, first, second]) await get(ids);
    expect(reads).toEqual([150, 149, 148, 149]);
  });
});
