/** The few verbs of the Kubernetes API that Lambdas need. A request is sent once: who tries again has to read again (lambda.ts). */
import type { Exchange } from '../../shared/http/exchange.ts';
import { isSuccess } from '../../shared/http/exchange.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import { ApiFailure, failureOf } from './failure.ts';
import type { KubeObject } from './objects.ts';
import type { Resource } from './resources.ts';

export type Verb = 'get' | 'list' | 'create' | 'patch';

/** One request to the API server. */
export interface ApiRequest {
  readonly verb: Verb;
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  /** Of the object; for a subresource that is created, of the object that it belongs to. */
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Sends one request within so many milliseconds; never rejects. */
export type Send = (request: ApiRequest, timeoutMs: number) => Promise<Exchange>;

export interface Api {
  /** The object, or undefined where it is not there. */
  get<Object extends KubeObject>(resource: Resource, name: string, namespace?: string): Promise<Object | undefined>;
  list<Object extends KubeObject>(resource: Resource, namespace?: string, query?: Query): Promise<Object[]>;
  /** The text of a subresource, such as the log of a pod. */
  text(request: Omit<ApiRequest, 'verb'>): Promise<string>;
  /** A create or a patch. The object as the API server answers it. */
  write(request: ApiRequest): Promise<KubeObject>;
}

type Query = Readonly<Record<string, string>>;

const REQUEST_LIMIT_MS = 5_000;
const PAGE = 200;

/** The API until `deadline` (of `clock`, in milliseconds). Every method rejects with an ApiFailure. */
export function createApi(send: Send, deadline: number, clock: () => number): Api {
  const ask = async (request: ApiRequest): Promise<Buffer> => {
    const left = Math.min(REQUEST_LIMIT_MS, deadline - clock());
    const exchange = left > 0 ? await send(request, left) : ({ kind: 'timeout' } as const);
    if (exchange.kind === 'response' && isSuccess(exchange.status)) return exchange.body;
    throw failureOf(request, exchange, new Date());
  };
  return {
    async get<Object extends KubeObject>(resource: Resource, name: string, namespace?: string) {
      try {
        const request = { verb: 'get', resource, name, namespace } as const;
        return objectOf<Object>(request, await ask(request));
      } catch (error) {
        if (error instanceof ApiFailure && error.kind === 'absent') return undefined;
        throw error;
      }
    },
    async list<Object extends KubeObject>(resource: Resource, namespace?: string, query: Query = {}) {
      const items: Object[] = [];
      let next = '';
      do {
        const paging = { limit: String(PAGE), ...query, ...(next === '' ? {} : { continue: next }) };
        const request = { verb: 'list', resource, namespace, query: paging } as const;
        const page = pageOf<Object>(request, await ask(request));
        items.push(...page.items);
        next = page.next;
      } while (next !== '' && query.limit === undefined);
      return items;
    },
    text: async (request) => (await ask({ ...request, verb: 'get' })).toString('utf8'),
    write: async (request) => objectOf(request, await ask(request)),
  };
}

// What is not what was asked for must not be taken for an object that is not there, or for an empty list.
function objectOf<Object extends KubeObject>(request: ApiRequest, body: Buffer): Object {
  const object = parseJson(body.toString('utf8'));
  if (isObject(object) && isObject(object.metadata)) return object as unknown as Object;
  throw unreadable(request);
}

function pageOf<Object>(request: ApiRequest, body: Buffer): { items: readonly Object[]; next: string } {
  const list = parseJson(body.toString('utf8'));
  if (!isObject(list) || !Array.isArray(list.items)) throw unreadable(request);
  const next = isObject(list.metadata) ? list.metadata.continue : undefined;
  // Objects of a list do not say of which kind they are.
  const items = list.items.map((item: object) => ({ kind: request.resource.kind, ...item }));
  return { items: items as Object[], next: typeof next === 'string' ? next : '' };
}

function unreadable({ verb, resource }: ApiRequest): ApiFailure {
  const message = `${verb} ${resource.kind}: the answer is not one of an API server`;
  return new ApiFailure('temporary', 'unexpected', message, message);
}
