import { get, parseHttpUrl, targetOf } from '../shared/http/client.ts';
import { describeExchange, isSuccess } from '../shared/http/exchange.ts';
import { parseJson } from './input.ts';
import { EXIT_FAILED, UserError } from './verb.ts';

const TIMEOUT_MS = 60_000;
/** A big server lists some thousand rules with their alerts. */
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;

/**
 * The JSON that an API answers with.
 *
 * @param base the URL of Prometheus or Alertmanager, with the path that it is served under
 * @param path such as `api/v1/rules?type=alert`
 * @throws {UserError} where the URL is none, nothing answers, or the answer is no success
 */
export async function readApi(base: string, path: string): Promise<unknown> {
  const parsed = parseHttpUrl(base);
  if (parsed === undefined)
    throw new UserError(`"${base}" is not an http or https URL`, 'such as http://127.0.0.1:9090');
  const root = parsed.href.replace(/[?#].*$/, '').replace(/\/?$/, '/');
  const exchange = await get(
    targetOf(`${root}${path}`),
    { accept: 'application/json' },
    TIMEOUT_MS,
    MAX_RESPONSE_BYTES,
  );
  if (exchange.kind !== 'response' || !isSuccess(exchange.status)) {
    throw new UserError(`${root}${path}: ${describeExchange(exchange)}`, 'check the URL', EXIT_FAILED);
  }
  return parseJson(exchange.body.toString('utf8'), root);
}
