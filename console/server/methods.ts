/** The methods that each path of the console has (RFC 9110, 9.1 and 15.5.6). */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** GET and HEAD belong together; HEAD is answered as GET, and Node leaves the body out. */
export const READ = ['GET', 'HEAD'];

const POSTED = new Set(['/console/api/session', '/console/api/approvals']);

export function methodsOf(path: string): readonly string[] {
  return POSTED.has(path) ? ['POST'] : READ;
}

/** Answers a request whose method is none of these. */
export function refuseMethod(methods: readonly string[], request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(405, { allow: methods.join(', ') }).end();
}
