/** Requests to the console's own server; no other is ever asked. */

const API = '/console/api/';

/** An answer that is not the one that was asked for. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, why: string) {
    super(why);
    this.status = status;
  }
}

/** @throws {Refused} with the words of the server */
export async function get<Data>(what: string, query = new URLSearchParams()): Promise<Data> {
  return await answerOf<Data>(await fetch(`${API}${what}?${query}`));
}

/** @throws {Refused} with the words of the server */
export async function post(what: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-agent-sre-console': '1' };
  await answerOf(await fetch(API + what, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answerOf<Data>(response: Response): Promise<Data> {
  const body = (await response.json().catch(() => ({}))) as Data & { why?: string };
  if (response.ok) return body;
  throw new Refused(response.status, body.why ?? `the server answers ${response.status}`);
}
