/** The console under /console/: a page over the record, and the data that it asks for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readHistory } from '../../cli/history/file.ts';
import type { DecisionRecord } from '../../cli/history/record.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { readBody } from '../../shared/http/request.ts';
import { isObject, parseJson } from '../../shared/json.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { askable } from '../../shared/runbook/trace.ts';
import { approvalEvent, isAnswer } from '../api/approvals.ts';
import { chartsOf } from '../api/charts.ts';
import { decisionOf } from '../api/decision.ts';
import { decisionsPage, readAsked } from '../api/decisions.ts';
import { filterOf, readFilters } from '../api/filters.ts';
import { queryComplaint } from '../api/query.ts';
import { createIndex } from '../api/record-index.ts';
import { answerStream, decodeText } from '../api/stream.ts';
import { type AccessSettings, createAccess, type Refusal } from './access.ts';
import { answerPage, PROTECTING } from './page.ts';

export interface ConsoleSurroundings extends AccessSettings {
  /** The data folder with the record. */
  readonly data: string;
  /** The folder that the build put the page in. */
  readonly page: string;
  /** Undefined where no function is built. */
  readonly runbook: Runbook | undefined;
  /** Brings an event into the broker; false where it is not taken. */
  publish(event: CloudEvent): Promise<boolean>;
  now(): Date;
}

export interface Console {
  /** Takes up a record that was just written, and the token where it is of a question to a person. */
  record(record: DecisionRecord, token?: string): void;
  /** Answers a request to /console or below it. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const API = '/console/api/';
const BODY_LIMIT = 16_384;
/** Other episodes of the same target that are shown. */
const OTHERS = 20;
/** Tokens that are kept, the newest. */
const TOKENS_LIMIT = 1_000;

/** The console; it reads what is recorded at once, and then is told. @throws {AsreError} ASRE_CONFIG_INVALID for the token */
export function createConsole(around: ConsoleSurroundings): Console {
  const access = createAccess(around);
  const index = createIndex();
  const runbook = around.runbook && askable(around.runbook);
  /** By the id of the record that asks; in memory alone, since who has one can approve. */
  const tokens = new Map<string, string>();
  const meanwhile: DecisionRecord[] = [];
  let isLoaded = false;
  const loaded = load();
  loaded.catch(() => undefined); // who asks for data is told

  async function load(): Promise<void> {
    for await (const record of readHistory(around.data)) index.add(record);
    for (const record of meanwhile) index.add(record);
    isLoaded = true;
  }

  async function answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method } = request;
    const refusal = access.refuseHost(headers);
    if (refusal !== undefined) return refuse(refusal, request, response);
    if (path === '/console') return void response.writeHead(308, { ...PROTECTING, location: '/console/' }).end();
    if (!path.startsWith(API)) return answerPage(around.page, path, response);
    const what = path.slice(API.length);
    if (method === 'POST') {
      const stranger = what === 'session' ? undefined : access.refuseStranger(headers);
      const foreign = access.refusePage(headers) ?? stranger;
      if (foreign !== undefined) return refuse(foreign, request, response);
      return await answerPost(what, request, response);
    }
    const stranger = access.refuseStranger(headers);
    if (stranger !== undefined) return refuse(stranger, request, response);
    await loaded;
    return await answerGet(what, request, response);
  }

  async function answerGet(what: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '', 'http://console').searchParams;
    const complaint = queryComplaint(what, query);
    if (complaint !== undefined) return json(response, 400, { why: complaint });
    const now = around.now();
    const filters = readFilters(query);
    const [first, episode = ''] = what.split('/');
    if (what === 'decisions')
      return json(response, 200, decisionsPage(index.rows(), readAsked(query, filters, now), now));
    if (what === 'charts') return json(response, 200, chartsOf(index.rows().filter(filterOf(filters, now))));
    if (what === 'stream') {
      const known = request.headers['last-event-id'] ?? query.get('after') ?? undefined;
      return answerStream(index, known?.toString(), PROTECTING, response);
    }
    if (first === 'decisions') {
      const decision = await decisionInFull(decodeText(episode), now);
      return decision === undefined
        ? json(response, 404, { why: 'nothing is recorded of this episode' })
        : json(response, 200, decision);
    }
    return json(response, 404, { why: 'there is nothing at this path' });
  }

  async function decisionInFull(episode: string, now: Date) {
    const target = index.row(episode)?.target;
    const isOther = (row: { episode: string; target?: string | undefined }) =>
      target !== undefined && row.target === target && row.episode !== episode;
    const others = index.rows().filter(isOther).slice(0, OTHERS);
    const context = { others, runbook, isAnswerable: (id: string) => tokens.has(id) };
    return decisionOf(await recordsOf(episode), context, now);
  }

  async function recordsOf(episode: string): Promise<DecisionRecord[]> {
    const records: DecisionRecord[] = [];
    for await (const record of readHistory(around.data, `"episode":${JSON.stringify(episode)}`)) {
      if (record.episode === episode) records.push(record);
    }
    return records;
  }

  async function answerPost(what: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseJson((await readBody(request, BODY_LIMIT))?.toString('utf8') ?? '');
    if (what === 'session') {
      const cookie = isObject(body) && typeof body.token === 'string' ? access.cookieOf(body.token) : undefined;
      if (cookie === undefined) return json(response, 401, { why: 'this is not the token' });
      response.setHeader('set-cookie', cookie);
      return json(response, 200, {});
    }
    if (what !== 'approvals') return json(response, 404, { why: 'there is nothing at this path' });
    if (!isAnswer(body))
      return json(response, 400, { why: 'an answer has a question, who answers, and granted or denied' });
    const event = approvalEvent(body, await recordsOf(body.episode), tokens.get(body.question), around.now());
    if (event === undefined) return json(response, 409, { why: 'nobody is asked this any more' });
    if (await around.publish(event)) return json(response, 202, {});
    return json(response, 503, { why: 'the broker did not take it; try again' });
  }

  const record = (one: DecisionRecord, token?: string) => {
    if (token !== undefined) tokens.set(one.id, token);
    const [oldest] = tokens.keys();
    if (tokens.size > TOKENS_LIMIT && oldest !== undefined) tokens.delete(oldest);
    if (isLoaded) index.add(one);
    else meanwhile.push(one);
  };
  return { record, answer };
}

function refuse({ status, why }: Refusal, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  json(response, status, { why });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...PROTECTING, 'content-type': 'application/json' }).end(JSON.stringify(value));
}
