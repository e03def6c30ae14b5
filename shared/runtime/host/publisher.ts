import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attributes, asciiAttribute, type CloudEvent } from '../../cloudevents/attributes.ts';
import { extensionsOf } from '../../cloudevents/overrides.ts';
import { toBinary } from '../../cloudevents/write.ts';
import type { Config } from '../../config.ts';
import { AsreError, asAsreError } from '../../errors.ts';
import { createHttpClient, targetOf } from '../../http/client.ts';
import { describeExchange, type Exchange, isRetried, isSuccess } from '../../http/exchange.ts';
import { encodedTraceContextOf } from '../../traces/span.ts';
import type { Publish } from '../response/respond.ts';

const FIRST_BACKOFF_MS = 100;

/** The publisher that the settings describe. */
export function createPublisher(config: Config): Publish {
  if (config.K_SINK === '') {
    return async () => {
      throw new AsreError('ASRE_SINK_MISSING', 'K_SINK is not set');
    };
  }
  const target = targetOf(config.K_SINK);
  const overrides = overridesOf(config.K_CE_OVERRIDES);
  const hasToken = statSync(config.OIDC_TOKEN_FILE, { throwIfNoEntry: false })?.isFile() ?? false;
  const client = createHttpClient(config.K_CA_CERTS === '' ? {} : { ca: config.K_CA_CERTS });
  return async (event) => {
    const { headers, body } = toBinary({ ...event, attributes: { ...event.attributes, ...overrides } });
    const authorization = hasToken ? { authorization: `Bearer ${readToken(config.OIDC_TOKEN_FILE)}` } : {};
    const trace = encodedTraceContextOf(event.attributes); // for the spans of a broker
    const post = () => client.send(target, { ...headers, ...authorization, ...trace }, body, config.PUBLISH_TIMEOUT_MS);
    await postWithRetries(post, config.PUBLISH_RETRIES);
  };
}

/** Publishes all events, some at a time, and returns the errors of those that were not accepted. */
export async function publishAll(
  events: readonly CloudEvent[],
  publish: Publish,
  concurrency: number,
): Promise<AsreError[]> {
  const waiting = events.values();
  const failures: AsreError[] = [];
  const publishRest = async () => {
    for (const event of waiting) {
      await publish(event).catch((error: unknown) => failures.push(asAsreError(error)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, events.length) }, publishRest));
  return failures;
}

async function postWithRetries(post: () => Promise<Exchange>, retries: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const exchange = await post();
    const status = exchange.kind === 'response' ? exchange.status : undefined;
    if (status !== undefined && isSuccess(status)) return;
    const final = status !== undefined && !isRetried(status);
    if (final || attempt >= retries) {
      throw new AsreError('ASRE_SINK_FAILED', `K_SINK did not accept: ${describeExchange(exchange)}`);
    }
    await sleep(FIRST_BACKOFF_MS * 2 ** attempt);
  }
}

function readToken(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

function overridesOf(text: string): Attributes {
  const extensions = Object.entries(extensionsOf(text) ?? {});
  return Object.fromEntries(extensions.map(([name, value]) => [name, asciiAttribute(String(value))]));
}
