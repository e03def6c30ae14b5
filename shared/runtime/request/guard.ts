/** What no request may be: refused alike by the functions and by the port of npm start. */
import { AsreError } from '../../errors.ts';
import { decodeBody } from '../../http/request.ts';
import type { RawRequest } from './incoming.ts';

/** @throws {AsreError} a `refuse`: browsers send the origin of a page, and no page may post here unless it is allowed */
export function checkOrigin(origin: string | undefined, allowed: readonly string[]): void {
  if (origin === undefined || allowed.includes(origin)) return;
  throw new AsreError('ASRE_ORIGIN_REFUSED', 'requests from web pages are not accepted');
}

/** @throws {AsreError} a `refuse` for what no event or webhook can be */
export function checkTarget(method: string | undefined, path: string): void {
  if (path !== '/') throw new AsreError('ASRE_PATH_UNKNOWN', 'there is nothing to POST to at this path');
  if (method !== 'POST') throw new AsreError('ASRE_METHOD_NOT_ALLOWED', 'POST the event or webhook to /');
}

/** The request with its body decoded. @throws {AsreError} a `refuse` where it is too large then, or in another coding */
export async function decodeRequest(request: RawRequest, limitBytes: number): Promise<RawRequest> {
  const coding = request.headers['content-encoding'];
  if (coding === undefined) return request;
  const reading = await decodeBody(request.body, String(coding), limitBytes);
  switch (reading.kind) {
    case 'body':
      return { ...request, body: reading.body };
    case 'too-large':
      throw bodyTooLarge(limitBytes);
    case 'undecodable':
      throw new AsreError('ASRE_CONTENT_ENCODING', 'the body is not in a content coding that is accepted');
  }
}

export function bodyTooLarge(limitBytes: number): AsreError {
  return new AsreError('ASRE_BODY_TOO_LARGE', `the body has more than ${limitBytes} bytes (BODY_LIMIT_BYTES)`);
}
