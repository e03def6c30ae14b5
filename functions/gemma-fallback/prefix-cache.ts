/** The developer turns that were read already: the newest in memory, all on disk where a folder is given. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../shared/folder.ts';
import { Tensor } from '../../shared/reasoning/session.ts';
import { type Cache, emptyCache, type Layout, sizeOf } from './graph.ts';

export interface PrefixCacheOptions {
  /** Limit of the memory, and of the folder. */
  readonly bytes: number;
  /** Empty for none. */
  readonly folder: string;
  /** Changes with the weights. */
  readonly model: string;
  readonly layout: Layout;
}

const SUFFIX = '.kv';

export class PrefixCache {
  private readonly options: PrefixCacheOptions;
  /** In the order of their last use. */
  private readonly held = new Map<string, Cache>();

  constructor(options: PrefixCacheOptions) {
    this.options = options;
    if (options.folder !== '') makeFolder(options.folder);
  }

  /** What was read of these ids, by `read` where neither memory nor disk has it. */
  async get(ids: readonly number[], read: () => Promise<Cache>): Promise<Cache> {
    const key = createHash('sha256').update(`${this.options.model} ${ids.join()}`).digest('hex');
    const known = this.held.get(key) ?? this.load(key, ids.length);
    const cache = known ?? (await read());
    this.hold(key, cache);
    if (known === undefined) this.store(key, cache);
    return cache;
  }

  private hold(key: string, cache: Cache): void {
    this.held.delete(key);
    this.held.set(key, cache);
    let bytes = [...this.held.values()].reduce((all, each) => all + sizeOf(each), 0);
    for (const [oldest, held] of this.held) {
      if (bytes <= this.options.bytes || oldest === key) break;
      bytes -= sizeOf(held);
      this.held.delete(oldest);
    }
  }

  /** One file holds the tensors in the order of their names; another length than expected is not read. */
  private load(key: string, length: number): Cache | undefined {
    const { folder, layout } = this.options;
    if (folder === '') return undefined;
    const path = join(folder, key + SUFFIX);
    try {
      const content = readFileSync(path);
      const { tensors: empty } = emptyCache(layout);
      const shape = [1, layout.heads, length, layout.headSize];
      const size = layout.heads * length * layout.headSize;
      const names = Object.keys(empty);
      if (content.byteLength !== 4 * size * names.length) return undefined;
      utimesSync(path, new Date(), new Date());
      const floats = new Float32Array(
        content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength),
      );
      const tensorAt = (index: number) =>
        new Tensor('float32', floats.subarray(index * size, (index + 1) * size), shape);
      return { length, tensors: Object.fromEntries(names.map((name, index) => [name, tensorAt(index)])) };
    } catch {
      return undefined; // not there
    }
  }

  /** A folder that cannot be written costs time, not answers. */
  private store(key: string, { tensors }: Cache): void {
    const { folder, bytes } = this.options;
    if (folder === '') return;
    const parts = Object.values(tensors).map(({ data }) => {
      const { buffer, byteOffset, byteLength } = data as Float32Array;
      return Buffer.from(buffer, byteOffset, byteLength);
    });
    try {
      const path = join(folder, key + SUFFIX);
      writeFileSync(`${path}.${process.pid}`, Buffer.concat(parts));
      renameSync(`${path}.${process.pid}`, path);
      prune(folder, bytes);
    } catch {
      // read again after the next start
    }
  }
}

/** Removes the files that were not used for longest. */
function prune(folder: string, limit: number): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => ({ path: join(folder, name), stat: statSync(join(folder, name)) }))
    .sort((left, right) => right.stat.mtimeMs - left.stat.mtimeMs);
  let bytes = 0;
  for (const { path, stat } of files) {
    bytes += stat.size;
    if (bytes > limit) rmSync(path, { force: true });
  }
}
