/** The one writer of CloudEvents over HTTP. Attributes come as header text, and but for a batch they are written as they stand. */
import { readJson } from '../json.ts';
import { type Attributes, type CloudEvent, decodeHeader } from './attributes.ts';
import { BATCH_TYPE, type EncodedEvent, isJsonType } from './read.ts';

export const STRUCTURED_TYPE = 'application/cloudevents+json';

/** An event with JSON data in binary mode. */
export function toBinary({ attributes, data }: CloudEvent): { headers: Record<string, string>; body: string } {
  const { datacontenttype = 'application/json', ...context } = attributes;
  return { headers: binaryHeaders(context, datacontenttype), body: JSON.stringify(data) };
}

/** Events with JSON data in batched mode, in their order; undefined where the body would have more than `limitBytes`. */
export function toBatch(
  events: readonly CloudEvent[],
  limitBytes: number,
): { headers: Record<string, string>; body: string } | undefined {
  const parts: string[] = [];
  let bytes = '['.length;
  for (const { attributes, data } of events) {
    const part = JSON.stringify({ ...decoded(attributes), data });
    bytes += Buffer.byteLength(part) + 1; // a comma or the bracket behind it
    if (bytes > limitBytes) return undefined;
    parts.push(part);
  }
  return { headers: { 'content-type': BATCH_TYPE }, body: `[${parts.join(',')}]` };
}

function decoded(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, decodeHeader(value)]));
}

/** The headers of an event in binary mode. */
export function binaryHeaders(attributes: Attributes, contentType: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (contentType !== undefined) headers['content-type'] = contentType;
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) headers[`ce-${name}`] = value;
  }
  return headers;
}

/** The body of an event in structured mode. */
export function structuredBody({ attributes, contentType, body }: EncodedEvent): Buffer {
  const mediaType = contentType === undefined ? {} : { datacontenttype: contentType };
  const data = body.length === 0 ? {} : structuredData(contentType, body);
  return Buffer.from(JSON.stringify({ ...attributes, ...mediaType, ...data }));
}

function structuredData(contentType: string | undefined, body: Buffer): Record<string, unknown> {
  try {
    if (isJsonType(contentType)) return { data: readJson(body) };
  } catch {
    // Not JSON although its type says so, or too deep to be written: sent as bytes.
  }
  return { data_base64: body.toString('base64') };
}
