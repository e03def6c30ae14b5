/**
 * The console as a Service of its own: a Trigger brings it every event, it records those that end something, and serves the
 * page over that record. It decides nothing, and answers no event.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { believedEnding } from '../../cli/history/believed-ending.ts';
import { type HistoryWriter, openHistory } from '../../cli/history/file.ts';
import { recordOf } from '../../cli/history/record.ts';
import { isEnding } from '../../cli/read-ending.ts';
import type { Config } from '../../shared/config.ts';
import { AsreError, asAsreError } from '../../shared/errors.ts';
import { watchSigningKeys } from '../../shared/events/signature.ts';
import { pathOf, readBody } from '../../shared/http/request.ts';
import type { KeySource } from '../../shared/keys.ts';
import type { Log } from '../../shared/log.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { createPublisher } from '../../shared/runtime/host/publisher.ts';
import { type Incoming, parseIncoming } from '../../shared/runtime/request/incoming.ts';
import { type Console, createConsole } from '../server/console.ts';
import { READ, refuseMethod } from '../server/methods.ts';

/** Of the record: at most 32 MiB, the oldest goes. */
const LIMITS = { bytes: 8 * 1024 * 1024, files: 4 };
/** Other pods and people reach it, so there is always a token. */
const EVERYWHERE = '0.0.0.0';
const PROBES = new Set(['/health/readiness', '/health/liveness']);

interface Parts {
  readonly config: Config;
  readonly history: HistoryWriter;
  /** Undefined where nothing is signed. */
  readonly signingKeys: KeySource | undefined;
  readonly console: Console;
  readonly log: Pick<Log, 'error'>;
}

/** Listens on PORT. @param page folder of the page @throws {AsreError} ASRE_CONFIG_INVALID, ASRE_RUNBOOK_INVALID */
export async function startConsole(config: Config, page: string, log: Pick<Log, 'error'>): Promise<Server> {
  const { CONSOLE_TOKEN_FILE: tokenFile, CONSOLE_DATA_DIR: data, PROTECTED_NAMESPACES: protectedNamespaces } = config;
  if (tokenFile === '') throw new AsreError('ASRE_CONFIG_INVALID', 'CONSOLE_TOKEN_FILE must name a file with a token');
  const publish = createPublisher(config);
  const history = openHistory(data, LIMITS);
  const console = createConsole({
    ...{ host: EVERYWHERE, tokenFile, data, page },
    runbook: loadRunbook(config.RUNBOOK_DIR, { entries: true, protectedNamespaces }),
    publish: (event) =>
      publish(event).then(
        () => true,
        () => false,
      ),
    now: () => new Date(),
  });
  const parts = { config, history, signingKeys: watchSigningKeys(config, log), console, log };
  const server = createServer((request, response) => void route(parts, request, response));
  server.on('close', () => history.close());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, EVERYWHERE, resolve);
  });
  return server;
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request.url);
  try {
    if (path === '/console' || path.startsWith('/console/')) return await parts.console.answer(path, request, response);
    if (path !== '/' && !PROBES.has(path)) return end(response, 404);
    const methods = path === '/' ? [...READ, 'POST'] : READ;
    if (!methods.includes(request.method ?? '')) return refuseMethod(methods, request, response);
    if (PROBES.has(path)) return end(response, 200);
    if (request.method === 'POST') return await takeEvent(parts, request, response);
    return void response.writeHead(308, { location: '/console/' }).end();
  } catch (error) {
    const { code, entry } = asAsreError(error);
    if (entry.disposition !== 'refuse') parts.log.error({ code, err: error }, 'a request could not be answered');
    if (!response.headersSent) end(response, entry.statusCode ?? 503);
  }
}

async function takeEvent(
  { config, history, signingKeys, console }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, config.BODY_LIMIT_BYTES);
  // What is too large to be read is not an event of agent-sre; a broker would send it again for ever.
  if (body === undefined) return end(response, 204);
  const incoming = parseIncoming({ headers: request.headers, body });
  if (!isEnding(incoming.type)) return end(response, 204);
  const now = new Date();
  const believed = believedEnding({ attributes: incoming.attributes, data: dataOf(incoming) }, signingKeys, now);
  if (believed !== undefined) {
    const record = recordOf(believed, true, now);
    history.write(record);
    console.record(record, believed.ending.token);
  }
  return end(response, 204);
}

function dataOf(incoming: Incoming): unknown {
  try {
    return incoming.readData();
  } catch {
    return undefined;
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
