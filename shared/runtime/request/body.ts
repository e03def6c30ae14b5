import { AsreError } from '../../errors.ts';
import { decodeBody } from '../../http/body.ts';
import type { RawRequest } from './incoming.ts';

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
