import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody, pathOf } from '../../../../shared/http/request.ts';

const LIMIT = 1_000;
const text = Buffer.from('x'.repeat(LIMIT));
const more = Buffer.from('x'.repeat(LIMIT + 1));

describe('decodeBody', () => {
  it.each([
    ['no coding', undefined, text],
    ['identity', 'identity', text],
    ['gzip', 'gzip', gzipSync(text)],
    ['x-gzip', 'x-gzip', gzipSync(text)],
    ['capitals', ' GZip ', gzipSync(text)],
    ['deflate', 'deflate', deflateSync(text)],
    ['br', 'br', brotliCompressSync(text)],
  ])('undoes %s up to the limit', async (_, coding, bytes) => {
    expect(await decodeBody(bytes, coding, LIMIT)).toEqual({ kind: 'body', body: text });
  });

  it.each([
    ['one byte over the limit', 'gzip', gzipSync(more), 'too-large'],
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(50_000_000)), 'too-large'],
    ['a bomb of br', 'br', brotliCompressSync(Buffer.alloc(50_000_000)), 'too-large'],
    ['what is not gzip', 'gzip', text, 'undecodable'],
    ['gzip that breaks off', 'gzip', gzipSync(text).subarray(0, 15), 'undecodable'],
    ['another coding', 'zstd', text, 'undecodable'],
    ['two codings', 'gzip, br', text, 'undecodable'],
    ['a name that every object has', 'constructor', text, 'undecodable'],
  ])('does not take %s', async (_, coding, bytes, kind) => {
    expect(await decodeBody(bytes, coding, LIMIT)).toEqual({ kind });
  });
});

describe('pathOf', () => {
  it.each([
    [undefined, '/'],
    ['/', '/'],
    ['/?token=x', '/'],
    ['/#part', '/'],
    ['//', '/'],
    ['/./', '/'],
    ['/a/..', '/'],
    ['//default/default', '/default/default'],
    ['/\\default', '/default'],
    ['/default/default?x=/y', '/default/default'],
    ['http://agent-sre.example', '/'],
    ['http://agent-sre.example//?x', '/'],
    ['HTTPS://agent-sre.example:8443/a/b', '/a/b'],
    ['http://[', 'http://['],
    ['*', '*'],
  ])('of %s is %s', (target, path) => {
    expect(pathOf(target)).toBe(path);
  });
});
