/** What comes in over HTTP: its path and its body. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { joined } from './chunks.ts';

/** Targets that are their own path: nearly all. */
const PLAIN = /^(?:\/[\w-]+)*\/?$/;

/**
 * The path of a request's target. Absolute-form targets (RFC 9112, 3.2.2), queries, fragments and doubled slashes must not
 * lead past what is meant for `/`.
 */
export function pathOf(target = '/'): string {
  if (PLAIN.test(target)) return target;
  const url = target.startsWith('/') ? `http://host${target.replace(/^[/\\]+/, '/')}` : target;
  return URL.canParse(url) ? new URL(url).pathname.replace(/^\/+/, '/') : target;
}

/** A body, or why it cannot be read: it is too large, or not in the encoding that it declares. */
export type BodyReading =
  | { readonly kind: 'body'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'undecodable' };

const DECODERS: Readonly<Record<string, (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
  br: promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress),
};

/**
 * The whole body as it came, or undefined where it is larger than `limitBytes`. It is read to its end even so: a sender
 * that is cut off while it writes never reads the answer.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else chunks = [];
    });
    request.on('end', () => resolve(size <= limitBytes ? joined(chunks) : undefined));
    request.on('error', reject);
  });
}

/** Undoes the content coding; decoding stops at the limit, so a small body cannot become a large one. */
export async function decodeBody(bytes: Buffer, coding = 'identity', limitBytes: number): Promise<BodyReading> {
  const name = coding.trim().toLowerCase();
  if (name === '' || name === 'identity') return { kind: 'body', body: bytes };
  const decode = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decode === undefined) return { kind: 'undecodable' };
  try {
    return { kind: 'body', body: await decode(bytes, { maxOutputLength: limitBytes }) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { kind: code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'undecodable' };
  }
}
