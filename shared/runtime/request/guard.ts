/** What is decided about a request before its body is read. Pure: the same at a function and at the port of npm start. */
import { AsreError } from '../../errors.ts';

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
