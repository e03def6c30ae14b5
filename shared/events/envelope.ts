import { hash } from 'node:crypto';
import type { Episode } from '../alert/alert.ts';
import { type Attributes, asciiAttribute, type CloudEvent, encodeHeader } from '../cloudevents/attributes.ts';
import type { TraceContext } from '../traces/span.ts';
import type { EventDefinition } from './definition.ts';

/** Past this many functions an event runs in a loop; brokers other than the in-memory one would never stop it. */
export const HOP_LIMIT = 16;

/** What a function decided to send; the other attributes follow from the event that it answers. */
export interface Draft<Data = unknown> {
  readonly definition: EventDefinition<Data>;
  readonly data: Data;
  readonly episode: Episode;
  /** The stage's own key: two answers of one stage to one episode have the same id unless their keys differ. */
  readonly key?: string;
  /** The id, where it is known already (`eventId`). */
  readonly id?: string;
  /** Defaults to the fingerprint of the alert. */
  readonly subject?: string;
  readonly extensions?: Attributes;
}

/** What a new event takes over from the one that it answers; a webhook causes events with none of it. */
interface Cause extends Partial<TraceContext> {
  readonly id?: string;
  readonly hop: number;
}

/** Builds the event of a draft: `source` is the function's name, `now` the clock. A retry builds the same id. */
export function buildEvent(draft: Draft, cause: Cause, source: string, now: Date): CloudEvent {
  const { definition, episode } = draft;
  const attributes: Record<string, string> = {
    specversion: '1.0',
    id: draft.id ?? eventId(definition.type, episode.correlationId, draft.key ?? ''),
    source: `/agent-sre/${source}`,
    type: definition.type,
    subject: asciiAttribute(draft.subject ?? episode.fingerprint),
    time: now.toISOString(),
    datacontenttype: 'application/json',
    correlationid: episode.correlationId,
    partitionkey: episode.identity ?? episode.fingerprint,
    hop: String(cause.hop + 1),
    ...draft.extensions,
  };
  if (cause.id !== undefined) attributes.causationid = asciiAttribute(cause.id);
  if (cause.traceparent !== undefined) attributes.traceparent = cause.traceparent;
  if (cause.tracestate !== undefined) attributes.tracestate = encodeHeader(cause.tracestate);
  return { attributes, data: draft.data };
}

/** 32 hex digits of a SHA-256 over (type, correlationid, the stage's own key). */
export function eventId(type: string, correlationId: string, key: string): string {
  return hash('sha256', JSON.stringify([type, correlationId, key])).slice(0, 32);
}
