/** The ids of lambda triggers that were carried out, written in the same patch as the change: no database is needed. */
import { createHash } from 'node:crypto';
import type { KubeObject, Texts } from './objects.ts';

export const MARK = 'agent-sre.homelab.io/trigger';

/** A late delivery of an earlier trigger must still find its id behind those of later ones. */
const KEPT = 8;

/** Whether the trigger has changed this object before. */
export function isMarked({ metadata }: KubeObject, triggerId: string): boolean {
  return marksOf(metadata.annotations).includes(markOf(triggerId));
}

/** The object with the mark of the trigger, and with more annotations. */
export function withMark<Object extends KubeObject>(object: Object, triggerId: string, more: Texts = {}): Object {
  const { metadata } = object;
  const marks = [markOf(triggerId), ...marksOf(metadata.annotations)].slice(0, KEPT);
  const annotations = { ...metadata.annotations, ...more, [MARK]: marks.join(',') };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** 8 hex digits that stand for the trigger in names of objects. */
export function suffixOf(triggerId: string): string {
  return createHash('sha256').update(triggerId).digest('hex').slice(0, 8);
}

// An id that a person made up can have any characters and 4,096 of them.
function markOf(triggerId: string): string {
  if (/^[\w.-]{1,64}$/.test(triggerId)) return triggerId;
  return createHash('sha256').update(triggerId).digest('hex').slice(0, 32);
}

function marksOf(annotations: Texts | undefined): string[] {
  return annotations?.[MARK]?.split(',') ?? [];
}
