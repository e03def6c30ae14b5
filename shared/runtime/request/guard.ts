/** What is decided about a request before its body is read. Pure: the same at a function and at the port of npm start. */
import { AsreError } from '../../errors.ts';

/**
 * The path of a request's target. Absolute-form targets (RFC 9112, 3.2.2), queries, fragments and doubled slashes must not
 * lead past what is meant for `/`.
 */
export function pathOf(target = '/'): string {
  const url = target.startsWith('/') ? `http://host${target.replace(/^[/\\]+/, '/')}` : target;
  return URL.canParse(url) ? new URL(url).pathname.replace(/^\/+/, '/') : target;
}

/** @throws {AsreError} a `refuse`: browsers say where a page comes from, and no page has business here unless it is allowed */
export function checkOrigin(origin: string | undefined, allowed: readonly string[]): void {
  if (origin === undefined || allowed.includes(origin)) return;
  throw new AsreError('ASRE_ORIGIN_REFUSED', 'requests from web pages are not accepted');
}

/** @throws {AsreError} a `refuse` for what no event or webhook can be */
export function checkTarget(method: string | undefined, path: string): void {
  if (path !== '/') throw new AsreError('ASRE_PATH_UNKNOWN', 'there is nothing to POST to at this path');
  if (method !== 'POST') throw new AsreError('ASRE_METHOD_NOT_ALLOWED', 'POST the event or webhook to /');
}
