import { printable } from '../shared/text/printable.ts';
import { readTextFile } from './input.ts';
import { EXIT_FAILED, UserError } from './verb.ts';

const TIMEOUT_MS = 60_000;
const MESSAGE_LIMIT = 300;

export interface Posted {
  readonly accepted: boolean;
  readonly statusCode: number;
  /** The type of the event in the answer, where it holds one. */
  readonly replyType: string | undefined;
  /** The first line of the answer. */
  readonly message: string;
}

/** Nobody answers there, so that trying the next event is of no use. */
export class NoAnswer extends UserError {
  constructor(url: URL, why: string) {
    super(`${url} gave no answer: ${why}`, 'start it with npm start, or use --to', EXIT_FAILED);
  }
}

/** Posts a body. @throws {NoAnswer} */
export async function post(url: URL, headers: Record<string, string>, body: string): Promise<Posted> {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new NoAnswer(url, reasonOf(error));
  });
  const [message = ''] = (await response.text()).split('\n');
  return {
    accepted: response.ok,
    statusCode: response.status,
    replyType: response.headers.get('ce-type') ?? undefined,
    message: printable(message).slice(0, MESSAGE_LIMIT),
  };
}

/** @throws {UserError} */
export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UserError(`--to must be an http or https URL, not "${text}"`, 'such as http://127.0.0.1:8080');
  }
  return url;
}

/** The Authorization header with the token that a file holds; none without a file. @throws {UserError} */
export async function readAuthorization(tokenFile: string | undefined): Promise<Record<string, string>> {
  if (tokenFile === undefined) return {};
  const token = (await readTextFile(tokenFile)).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UserError(`${tokenFile} holds no token`, 'one line of ASCII, no spaces');
  return { authorization: `Bearer ${token}` };
}

// fetch hides the reason ("fetch failed") behind up to two causes.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `timed out after ${TIMEOUT_MS / 1000} s`;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
