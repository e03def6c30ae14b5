/** The console under /console/: a page over the record, and the data that it asks for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DecisionRecord } from '../../cli/history/record.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { type AccessSettings, createAccess, type Refusal } from './access.ts';
import { answerGet, answerPost, json } from './answers.ts';
import { methodsOf, refuseMethod } from './methods.ts';
import { answerPage, PROTECTING } from './page.ts';
import { openRecorded } from './recorded.ts';

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

/** The console; it reads what is recorded at once, and then is told. @throws {AsreError} ASRE_CONFIG_INVALID for the token */
export function createConsole(around: ConsoleSurroundings): Console {
  const access = createAccess(around);
  const recorded = openRecorded(around.data, around.runbook);

  async function answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = access.refuseHost(request.headers);
    if (refusal !== undefined) return refuse(refusal, request, response);
    const methods = methodsOf(path);
    if (!methods.includes(request.method ?? '')) return refuseMethod(methods, request, response);
    if (path === '/console') return void response.writeHead(308, { ...PROTECTING, location: '/console/' }).end();
    if (!path.startsWith(API)) return answerPage(around.page, path, response);
    await answerApi(path.slice(API.length), request, response);
  }

  async function answerApi(what: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, method } = request;
    const stranger = what === 'session' && method === 'POST' ? undefined : access.refuseStranger(headers);
    const refusal = (method === 'POST' ? access.refusePage(headers) : undefined) ?? stranger;
    if (refusal !== undefined) return refuse(refusal, request, response);
    if (method === 'POST') return await answerPost(what, { ...around, recorded }, access, request, response);
    await recorded.loaded;
    await answerGet(what, recorded, around.now(), request, response);
  }

  return { record: recorded.add, answer };
}

function refuse({ status, why }: Refusal, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  json(response, status, { why });
}
