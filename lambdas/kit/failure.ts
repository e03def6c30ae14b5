/** What went wrong with a request to the API server, as a sentence with what to do about it. */
import { describeExchange, type Exchange, retryAfterMs } from '../../shared/http/exchange.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import type { ApiRequest } from './api.ts';
import type { Code } from './codes.ts';

/**
 * final: it will not work, for the reason of `code`. absent: the object is not there. changed: it is not as it was read any
 * more. temporary: it may work later; whether a write was carried out is not known then.
 */
export type FailureKind = 'final' | 'absent' | 'changed' | 'temporary';

export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly kind: FailureKind;
  readonly code: Code;
  /** The message for a log, which names no object: its name is the value of a label. */
  readonly logged: string;
  /** How long the API server asks to wait. */
  readonly waitMs: number | undefined;

  constructor(kind: FailureKind, code: Code, message: string, logged: string, waitMs?: number) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.logged = logged;
    this.waitMs = waitMs;
  }
}

const LONGEST_WAIT_MS = 5_000;
const LONGEST_MESSAGE = 300;

/** Reads the answer of a request that failed. */
export function failureOf(request: ApiRequest, exchange: Exchange, now: Date): ApiFailure {
  const what = describe(request);
  const logged = `${request.verb} ${request.resource.kind}: ${describeExchange(exchange)}`;
  const failure = (kind: FailureKind, code: Code, message: string, waitMs?: number) =>
    new ApiFailure(kind, code, `${what}: ${message}`, logged, waitMs);
  if (exchange.kind !== 'response') {
    return failure('temporary', 'unexpected', `the API server cannot be reached: ${reasonOf(exchange)}`);
  }
  const { message, isObject: isAbout, causes } = readStatus(exchange.body);
  const said = message === '' ? `status ${exchange.status}` : message;
  switch (exchange.status) {
    case 401:
      return failure('final', 'unauthorized', 'the API server does not accept the credential');
    case 403:
      return failure('final', ...forbidden(request, said));
    case 404:
      if (isAbout) return failure('absent', 'not_found', said);
      return failure('final', 'kind_missing', `the API server does not know ${apiOf(request)}`);
    case 409:
    case 410: // the pages of a list have changed
      return failure('changed', 'unexpected', said);
    case 429:
      if (causes.includes('DisruptionBudget')) return failure('final', 'disruption_budget', said);
      return failure('temporary', 'unexpected', said, waitOf(exchange, now));
    case 400:
    case 422:
      return failure('final', 'invalid', said);
    default:
      return failure(exchange.status >= 500 ? 'temporary' : 'final', 'unexpected', said);
  }
}

function waitOf(exchange: Exchange, now: Date): number | undefined {
  const asked = retryAfterMs(exchange, now);
  return asked && Math.min(asked, LONGEST_WAIT_MS);
}

/** The RBAC rule that a request needs. */
export function ruleText({ verb, resource, subresource }: ApiRequest): string {
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return `{apiGroups: ["${resource.group}"], resources: ["${plural}"], verbs: ["${verb}"]}`;
}

// Quotas, policies and webhooks answer 403 too; the authorizer alone words it so.
function forbidden(request: ApiRequest, said: string): [code: Code, message: string] {
  const user = /^.*is forbidden: User "([^"]*)" cannot /.exec(said)?.[1];
  if (user === undefined) return ['denied', said];
  const where = request.namespace === undefined ? 'the cluster' : `namespace ${request.namespace}`;
  return ['forbidden', `${user} may not in ${where}; its role lacks ${ruleText(request)}`];
}

function describe({ verb, resource, name, subresource }: ApiRequest): string {
  const kind = subresource === undefined ? resource.kind : `${resource.kind}/${subresource}`;
  return [verb, kind, ...(name === undefined ? [] : [name])].join(' ');
}

function reasonOf(exchange: Exchange): string {
  return exchange.kind === 'unreachable' ? exchange.message : describeExchange(exchange);
}

function apiOf({ resource: { group, version, plural } }: ApiRequest): string {
  return `${plural} of ${group === '' ? version : `${group}/${version}`}`;
}

interface Status {
  readonly message: string;
  /** Whether it speaks of an object, and not of a path that nothing serves. */
  readonly isObject: boolean;
  readonly causes: readonly string[];
}

function readStatus(body: Buffer): Status {
  const status = parseJson(body.toString('utf8'));
  const { message = '', details } = isObject(status) ? status : {};
  const { name, causes = [] } = isObject(details) ? details : {};
  return {
    message: String(message).slice(0, LONGEST_MESSAGE),
    isObject: typeof name === 'string' && name !== '',
    causes: Array.isArray(causes) ? causes.map((cause) => String(isObject(cause) ? cause.reason : '')) : [],
  };
}
