import type { LocalFunction } from '../../processes/functions.ts';
import { createHttpClient, type HttpClient, type Target } from '../../shared/http/client.ts';
import { createPooledClient } from '../../shared/http/pooled-client.ts';

/** How the runner sends: to the functions that it has started in the cheaper way, to all else in the one that takes any answer. */
export function createDispatcher(functions: ReadonlyMap<string, LocalFunction>): HttpClient {
  const toFunctions = createPooledClient();
  const toOthers = createHttpClient();
  const started = [...functions.values()];
  const isFunction = (target: Target) => started.some((one) => one.target === target);
  return {
    send: (target, ...rest) => (isFunction(target) ? toFunctions : toOthers).send(target, ...rest),
    close() {
      toFunctions.close();
      toOthers.close();
    },
  };
}
