import { get, parseHttpUrl, targetOf } from '../shared/http/client.ts';
import { describeExchange, type Exchange, isSuccess } from '../shared/http/exchange.ts';
import { isObject, parseJson } from '../shared/json.ts';
import { printable } from '../shared/text/printable.ts';
import { EXIT_FAILED, UserError } from './verb.ts';

const TIMEOUT_MS = 60_000;
/** A big server lists some thousand rules with their alerts. */
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;
/** Characters of what a server says of its refusal. */
const WHY_LIMIT = 300;

/**
 * The JSON that an API answers with.
 *
 * @param base the URL of Prometheus or Alertmanager, with the path that it is served under
 * @param path such as `api/v1/rules?type=alert`
 * @throws {UserError} where it is not a URL, nothing answers, or the answer is not a success in JSON
 */
export async function readApi(base: string, path: string, maxBytes = MAX_RESPONSE_BYTES): Promise<unknown> {
  const parsed = parseHttpUrl(base);
  if (parsed === undefined)
    throw new UserError(`"${base}" is not an http or https URL`, 'such as http://127.0.0.1:9090');
  const root = parsed.href.replace(/[?#].*$/, '').replace(/\/?$/, '/');
  const exchange = await get(targetOf(`${root}${path}`), { accept: 'application/json' }, TIMEOUT_MS, maxBytes);
  const endpoint = `${root}${path.replace(/\?.*$/, '')}`;
  if (exchange.kind !== 'response' || !isSuccess(exchange.status)) {
    throw new UserError(`${endpoint}: ${describeExchange(exchange)}${whyOf(exchange)}`, 'check the URL', EXIT_FAILED);
  }
  const answer = parseJson(exchange.body.toString('utf8'));
  if (answer === undefined) throw new UserError(`${endpoint} does not answer in JSON`, 'check the URL', EXIT_FAILED);
  return answer;
}

/** What Prometheus, in an object, or Alertmanager, in a text, says of what it refuses. */
function whyOf(exchange: Exchange): string {
  const said = exchange.kind === 'response' ? parseJson(exchange.body.toString('utf8')) : undefined;
  const why = isObject(said) ? said.error : said;
  return typeof why === 'string' ? `: ${printable(why).slice(0, WHY_LIMIT)}` : '';
}
