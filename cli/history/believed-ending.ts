import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { isSigned, needsSignature, SIGNED, unsigned } from '../../shared/events/signature.ts';
import { isObject } from '../../shared/json.ts';
import type { KeySource } from '../../shared/keys.ts';
import { eventOf } from '../../shared/runtime/handling/effect.ts';
import type { Ending } from '../ending.ts';
import { endingOf } from '../read-ending.ts';

/** What an event tells of an episode, as far as it may be believed. */
export interface BelievedEnding {
  readonly said: CloudEvent;
  readonly ending: Ending;
  /**
   * Whether functions have signed it and what it rests on; undefined where no key is set, and of an event that no function
   * signs. False of a Lambda that signs nothing, and of a result on a resolution that anyone can have claimed.
   */
  readonly signed?: boolean;
}

/**
 * What is told by an event that came into the broker; undefined where it is on the way. One that only emit-trigger sends and
 * that it has not signed is told as the rejection that every function answers it with: what it claims is kept nowhere.
 *
 * @param keys undefined where nothing is signed
 */
export function believedEnding(said: CloudEvent, keys: KeySource | undefined, now: Date): BelievedEnding | undefined {
  const ending = endingOf(said);
  const { type = '' } = said.attributes;
  if (ending === undefined) return undefined;
  if (keys === undefined || !SIGNED.includes(type)) return { said, ending };
  const isGenuine = isSigned(said.attributes, said.data, keys(), now);
  if (!isGenuine && needsSignature(type)) return rejectionOf(said, now);
  const isClaim = isObject(said.data) && said.data.unsigned_resolution === true;
  return { said, ending, signed: isGenuine && !isClaim };
}

// With the id that it has from any function: that it was rejected is recorded once.
function rejectionOf({ attributes }: CloudEvent, now: Date): BelievedEnding | undefined {
  const { id = '', source = '', type = '' } = attributes;
  const outcome = { outcome: 'reject', error: unsigned() } as const;
  const said = eventOf(outcome, { id, source, type, hop: 0, attributes }, 'emit-trigger', now);
  const ending = said && endingOf(said);
  return said && ending && { said, ending };
}
