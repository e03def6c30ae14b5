/** What senders bring, and what becomes of it: test/fixtures/webhooks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TYPES } from './alerts.ts';
import { ROOT } from './function.ts';
import type { SeenEvent, Sent } from './http.ts';

const FOLDER = join(ROOT, 'test/fixtures/webhooks');

/** What expected.json says of one body. */
export interface Expected {
  /** 202 unless it says otherwise. */
  readonly status?: number;
  /** One for each alert, in any order: `<function> <target> (<tier>)`, `no action: <reason> (<tier>)`, `resolved`, `rejected …`. */
  readonly decisions: readonly string[];
  /** Part of the answer. */
  readonly answer?: string;
  /** RFC 3339, or `guessed`. */
  readonly startsAt?: string;
  readonly fingerprint?: string;
  /** The name of another body of this kind. */
  readonly sameEpisodeAs?: string;
  readonly otherEpisodeThan?: string;
  readonly sent?: Wire;
}

/** How the body goes over the wire, where it is not plain JSON to `/`. */
interface Wire {
  readonly type?: string;
  readonly target?: string;
  readonly coding?: string;
  readonly bom?: boolean;
  readonly gzip?: boolean;
}

export interface WebhookCase {
  readonly name: string;
  readonly kind: string;
  readonly request: Sent;
  readonly expected: Expected;
}

/** Every case. @throws {Error} where a body has no expectation, or an expectation no body */
export function readWebhookCases(): WebhookCase[] {
  const kinds = Object.entries(readJson('expected') as Record<string, Record<string, Expected>>);
  return kinds.flatMap(([kind, expectations]) => {
    const bodies = readJson(kind) as Record<string, unknown>;
    const names = [...new Set([...Object.keys(bodies), ...Object.keys(expectations)])];
    return names.map((name) => {
      const [body, expected] = [bodies[name], expectations[name]];
      if (body === undefined || expected === undefined) throw new Error(`${kind}/${name} stands in one file only`);
      return { name: `${kind}/${name}`, kind, expected, request: requestOf(JSON.stringify(body), expected.sent) };
    });
  });
}

/** What an event that ends an episode has decided, in the words of expected.json. */
export function decisionOf({ attributes, data }: SeenEvent): string {
  const said = data as Readonly<Record<string, string>> & { attempts?: { outcome: string; method: string }[] };
  const decisive = said.attempts?.findLast(({ outcome }) => outcome !== 'abstained')?.method;
  switch (attributes.type) {
    case TYPES.selected:
      return `${said.lambda_function} ${targetOf(data)} (${said.method})`;
    case TYPES.unresolved:
      return `no action: ${said.reason} (${decisive})`;
    case TYPES.resolved:
      return 'resolved';
    case TYPES.rejected:
      return ['rejected', said.code, said.alertname].filter(Boolean).join(' ');
    default:
      return `${attributes.type}`;
  }
}

function targetOf(data: unknown): string {
  const { parameters } = data as { parameters: Readonly<Record<string, string>> };
  return [parameters.namespace, parameters.name ?? parameters.selector].filter((part) => part !== undefined).join('/');
}

function requestOf(text: string, { type = 'application/json', target, coding, bom, gzip }: Wire = {}): Sent {
  const bytes = Buffer.from(`${bom ? '\ufeff' : ''}${text}`);
  const contentCoding = gzip ? 'gzip' : coding;
  return {
    headers: { 'content-type': type, ...(contentCoding === undefined ? {} : { 'content-encoding': contentCoding }) },
    body: gzip ? gzipSync(bytes) : bytes,
    ...(target === undefined ? {} : { target }),
  };
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}
