/** Each change of the record, as server-sent events. Who comes back says by Last-Event-ID what it knows. */
import type { ServerResponse } from 'node:http';
import type { Change, RecordIndex } from './record-index.ts';

const HEARTBEAT_MS = 15_000;
/** Bytes that a page may leave unread before it has to come back. */
const BACKLOG_LIMIT = 1_048_576;

/** The changes after a known record; where too much has happened since, one event that says so. */
export function catchUp(index: RecordIndex, lastEventId: string | undefined): string {
  const id = index.lastId();
  const missed = lastEventId === undefined ? [] : index.since(decodeText(lastEventId));
  if (missed === undefined) return eventText('reset', id, {});
  return missed.length === 0 ? eventText('ready', id, {}) : missed.map(changeText).join('');
}

/** Writes what was missed and then what comes, until the page goes away. */
export function answerStream(
  index: RecordIndex,
  lastEventId: string | undefined,
  headers: Readonly<Record<string, string>>,
  response: ServerResponse,
): void {
  writeHead(headers, response);
  response.write(`retry: 1000\n\n${catchUp(index, lastEventId)}`);
  const write = (text: string) => {
    if (response.writableLength > BACKLOG_LIMIT) response.destroy();
    else response.write(text);
  };
  const unfollow = index.follow((change) => write(changeText(change)));
  const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS).unref();
  response.on('close', () => {
    unfollow();
    clearInterval(heartbeat);
  });
}

/** What a stream would begin with; without a body there is nothing to wait for. */
export function streamHead(headers: Readonly<Record<string, string>>, response: ServerResponse): void {
  writeHead(headers, response);
  response.end();
}

function writeHead(headers: Readonly<Record<string, string>>, response: ServerResponse): void {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
}

function changeText({ id, row }: Change): string {
  return eventText('change', id, { row });
}

// JSON has no line breaks of its own; an id is a sender's, so it is encoded.
function eventText(name: string, id: string | undefined, data: unknown): string {
  return `${id === undefined ? '' : `id: ${encodeURIComponent(id)}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What `encodeURIComponent` made of an id; a text that it cannot have made stays as it is. */
export function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
