import { CONSUMER, readEvent } from '../shared/cloudevents/read.ts';
import { createHttpClient, parseHttpUrl, targetOf } from '../shared/http/client.ts';
import { describeExchange, isSuccess } from '../shared/http/exchange.ts';
import { printable } from '../shared/text/printable.ts';
import { readTextFile } from './input.ts';
import { URL_OF_RUN } from './own-url.ts';
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

/** Nothing answers at the URL: there is no point in trying the next event. */
export class NoResponse extends UserError {
  constructor(url: URL, why: string) {
    super(`${url} gave no answer: ${why}`, 'start it with npm start, or use --to', EXIT_FAILED);
  }
}

const client = createHttpClient();

/** Posts a body. @throws {NoResponse} */
export async function post(url: URL, headers: Record<string, string>, body: string): Promise<Posted> {
  const exchange = await client.send(targetOf(url.href), headers, body, TIMEOUT_MS);
  if (exchange.kind !== 'response') throw new NoResponse(url, describeExchange(exchange));
  const reply = readEvent(exchange.headers, exchange.body, CONSUMER);
  const [message = ''] = exchange.body.toString('utf8').split('\n');
  return {
    accepted: isSuccess(exchange.status),
    statusCode: exchange.status,
    replyType: reply.kind === 'event' ? reply.event.attributes.type : undefined,
    message: printable(message).slice(0, MESSAGE_LIMIT),
  };
}

/** @throws {UserError} */
export function parseUrl(text: string): URL {
  const url = parseHttpUrl(text);
  if (url === undefined) {
    throw new UserError(`--to must be an http or https URL, not "${text}"`, `such as ${URL_OF_RUN}`);
  }
  return url;
}

/** The Authorization header with the token that a file holds; none without a file. @throws {UserError} */
export async function readAuthorization(tokenFile: string | undefined): Promise<Record<string, string>> {
  if (tokenFile === undefined) return {};
  const token = (await readTextFile(tokenFile)).trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UserError(`${tokenFile} contains no token`, 'one line of ASCII, no spaces');
  return { authorization: `Bearer ${token}` };
}
