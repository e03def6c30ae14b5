import { readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../alert/alert.ts';
import type { Config } from '../config.ts';
import { AsreError } from '../errors.ts';
import { type Attributes, asciiAttribute, type CloudEvent } from '../events/envelope.ts';
import { parseJson } from '../json.ts';

/** Sends an event to K_SINK and resolves once it is accepted. @throws {AsreError} ASRE_SINK_MISSING or ASRE_SINK_FAILED */
export type Publish = (event: CloudEvent) => Promise<void>;

const FIRST_BACKOFF_MS = 100;
// What a sender may try again (CloudEvents webhook and Knative data plane specs): these and every 5xx.
const RETRIED = new Set([404, 408, 409, 429]);

/** The publisher that the settings describe. @throws {AsreError} ASRE_CONFIG_INVALID for a sink or overrides that cannot work */
export function createPublisher(config: Config): Publish {
  if (config.K_SINK === '') {
    return async () => {
      throw new AsreError('ASRE_SINK_MISSING', 'K_SINK is not set');
    };
  }
  const url = parseSink(config.K_SINK);
  const overrides = parseOverrides(config.K_CE_OVERRIDES);
  const hasToken = statSync(config.OIDC_TOKEN_FILE, { throwIfNoEntry: false })?.isFile() ?? false;
  const post = createPost(url, config);
  return async (event) => {
    const { headers, body } = toBinary({ ...event, attributes: { ...event.attributes, ...overrides } });
    const authorization = hasToken
      ? { authorization: `Bearer ${readFileSync(config.OIDC_TOKEN_FILE, 'utf8').trim()}` }
      : {};
    await postWithRetries(() => post({ ...headers, ...authorization }, body), config.PUBLISH_RETRIES);
  };
}

/** An event in the HTTP binding's binary mode. */
export function toBinary(event: CloudEvent): { headers: Record<string, string>; body: string } {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(event.attributes)) {
    if (name !== 'datacontenttype') headers[`ce-${name}`] = value;
  }
  return { headers, body: JSON.stringify(event.data) };
}

type Post = (headers: Record<string, string>, body: string) => Promise<number>;

function createPost(url: URL, config: Config): Post {
  const secure = url.protocol === 'https:';
  const tls = config.K_CA_CERTS === '' ? {} : { ca: config.K_CA_CERTS };
  const agent = secure ? new https.Agent({ keepAlive: true, ...tls }) : new http.Agent({ keepAlive: true });
  const send = secure ? https.request : http.request;
  return (headers, body) =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(body);
      const options = {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': bytes.length },
        timeout: config.PUBLISH_TIMEOUT_MS,
      };
      const request = send(url, options, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', reject);
      });
      request.once('timeout', () => request.destroy(new Error('timed out')));
      request.once('error', reject);
      request.end(bytes);
    });
}

async function postWithRetries(post: () => Promise<number>, retries: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const failure = await post().then(
      (status) => (status >= 200 && status < 300 ? undefined : { why: `status ${status}`, final: isFinal(status) }),
      (error: Error) => ({ why: error.message, final: false }),
    );
    if (failure === undefined) return;
    if (failure.final || attempt >= retries)
      throw new AsreError('ASRE_SINK_FAILED', `K_SINK did not accept: ${failure.why}`);
    await sleep(FIRST_BACKOFF_MS * 2 ** attempt);
  }
}

function isFinal(status: number): boolean {
  return status < 500 && !RETRIED.has(status);
}

function parseSink(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new AsreError('ASRE_CONFIG_INVALID', 'K_SINK must be an http or https URL');
  }
  return url;
}

function parseOverrides(text: string): Attributes {
  if (text === '') return {};
  const parsed = parseJson(text);
  const extensions = isObject(parsed) ? (parsed.extensions ?? {}) : undefined;
  if (!isObject(extensions)) {
    throw new AsreError('ASRE_CONFIG_INVALID', 'K_CE_OVERRIDES must be JSON {"extensions": {...}}');
  }
  return Object.fromEntries(Object.entries(extensions).map(([name, value]) => [name, asciiAttribute(String(value))]));
}
