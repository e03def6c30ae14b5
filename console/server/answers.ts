/** What the console answers to who was let in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { readBody } from '../../shared/http/request.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import { approvalEvent, isAnswer } from '../api/approvals.ts';
import { chartsOf } from '../api/charts.ts';
import { decisionsPage, readAsked } from '../api/decisions.ts';
import { filterOf, readFilters } from '../api/filters.ts';
import { queryComplaint } from '../api/query.ts';
import { answerStream, decodeText, streamHead } from '../api/stream.ts';
import type { Access } from './access.ts';
import { PROTECTING } from './page.ts';
import type { Recorded } from './recorded.ts';

const BODY_LIMIT = 16_384;
const NOTHING_HERE = 'there is nothing at this path';

/** @param what the path below the API's */
export async function answerGet(
  what: string,
  recorded: Recorded,
  now: Date,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = new URL(request.url ?? '', 'http://console').searchParams;
  const complaint = queryComplaint(what, query);
  if (complaint !== undefined) return json(response, 400, { why: complaint });
  const { index } = recorded;
  const filters = readFilters(query);
  const [first, episode = ''] = what.split('/');
  if (what === 'decisions')
    return json(response, 200, decisionsPage(index.rows(), readAsked(query, filters, now), now));
  if (what === 'charts') return json(response, 200, chartsOf(index.rows().filter(filterOf(filters, now))));
  if (what === 'stream') {
    if (request.method === 'HEAD') return streamHead(PROTECTING, response);
    const known = request.headers['last-event-id'] ?? query.get('after') ?? undefined;
    return answerStream(index, known?.toString(), PROTECTING, response);
  }
  if (first !== 'decisions') return json(response, 404, { why: NOTHING_HERE });
  const decision = await recorded.decision(decodeText(episode), now);
  if (decision === undefined) return json(response, 404, { why: 'nothing is recorded of this episode' });
  return json(response, 200, decision);
}

/** What an answer to a question needs. */
export interface Desk {
  readonly recorded: Recorded;
  /** Brings an event into the broker; false where it is not taken. */
  publish(event: CloudEvent): Promise<boolean>;
  now(): Date;
}

/** @param what the path below the API's; those that take a POST are known before (methodsOf) */
export async function answerPost(
  what: string,
  desk: Desk,
  access: Access,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = parseJson((await readBody(request, BODY_LIMIT))?.toString('utf8') ?? '');
  if (what === 'session') return openSession(body, access, response);
  return await takeAnswer(body, desk, response);
}

function openSession(body: unknown, access: Access, response: ServerResponse): void {
  const cookie = isObject(body) && typeof body.token === 'string' ? access.cookieOf(body.token) : undefined;
  if (cookie !== undefined) response.setHeader('set-cookie', cookie);
  if (cookie === undefined) json(response, 401, { why: 'this is not the token' });
  else json(response, 200, {});
}

async function takeAnswer(body: unknown, { recorded, publish, now }: Desk, response: ServerResponse): Promise<void> {
  if (!isAnswer(body))
    return json(response, 400, { why: 'an answer has a question, who answers, and granted or denied' });
  const records = await recorded.recordsOf(body.episode);
  const event = approvalEvent(body, records, recorded.tokenOf(body.question), now());
  if (event === undefined) return json(response, 409, { why: 'nobody is asked this any more' });
  if (await publish(event)) return json(response, 202, {});
  return json(response, 503, { why: 'the broker did not take it; try again' });
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...PROTECTING, 'content-type': 'application/json' }).end(JSON.stringify(value));
}
