/** The broker's HTTP door: POST /<namespace>/<broker>, answers as Knative's broker ingress gives them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeBody, pathOf, readBody } from '../shared/http/request.ts';
import type { Acceptance, EmbeddedBroker } from './broker.ts';
import { readWireEvent } from './event.ts';

const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** Answers one request to a broker path. */
export async function answerIngress(broker: EmbeddedBroker, request: IncomingMessage, response: ServerResponse) {
  response.setHeader('allow', 'POST, OPTIONS');
  if (request.method === 'OPTIONS') {
    response.setHeader('webhook-allowed-origin', '*').setHeader('webhook-allowed-rate', '*');
    return end(response, 200);
  }
  if (request.method !== 'POST') return end(response, 405, 'send events with POST');
  const [namespace, name, ...more] = pathParts(pathOf(request.url));
  if (namespace === undefined) return end(response, 404, 'send events to /<namespace>/<broker>');
  if (name === undefined || more.length > 0) return end(response, 400, 'the path must be /<namespace>/<broker>');
  const body = await readBody(request, MAX_EVENT_BYTES);
  if (body === undefined) return end(response, 413, `an event may have ${MAX_EVENT_BYTES} bytes`);
  const decoded = await decodeBody(body, request.headers['content-encoding'], MAX_EVENT_BYTES);
  if (decoded.kind === 'too-large') return end(response, 413, `an event may have ${MAX_EVENT_BYTES} bytes`);
  if (decoded.kind === 'undecodable') return end(response, 415, 'the body is not in a content coding that is accepted');
  const reading = readWireEvent(request.headers, decoded.body);
  if (reading.kind === 'none')
    return end(response, 400, 'the request carries no CloudEvent (no ce-specversion header)');
  if (reading.kind === 'malformed') return end(response, 400, reading.why);
  const [status, message] = statusOf(await broker.accept(namespace, name, reading.event), namespace, name);
  return end(response, status, message);
}

export function end(response: ServerResponse, status: number, message = ''): void {
  response.statusCode = status;
  if (message === '') response.end();
  else response.setHeader('content-type', 'text/plain; charset=utf-8').end(`${message}\n`);
}

function statusOf(acceptance: Acceptance, namespace: string, name: string): [number, string] {
  switch (acceptance.kind) {
    case 'accepted':
      return [202, ''];
    case 'refused':
      return [400, acceptance.why];
    case 'unknown-broker':
      return [404, `there is no broker ${namespace}/${name}`];
  }
}

function pathParts(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}
