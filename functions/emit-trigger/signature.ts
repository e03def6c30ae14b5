import type { Selection } from '../../shared/events/remediation-selected.ts';
import { isSigned } from '../../shared/events/signature.ts';
import type { KeySource } from '../../shared/keys.ts';
import type { Incoming } from '../../shared/runtime/request/incoming.ts';

/** A selection as far as it may be believed. */
export interface BelievedSelection {
  readonly selection: Selection;
  /** False where a signature is asked for and is missing or wrong: a mutating call then needs an approval. */
  readonly signed: boolean;
}

/** Whether a function has signed the event, or none signs. */
export function isBelieved(
  event: Pick<Incoming, 'attributes' | 'readData'>,
  keys: KeySource | undefined,
  now: Date,
): boolean {
  // The data as it was sent: reading an alert whose end has passed meanwhile changes its status.
  return keys === undefined || isSigned(event.attributes, event.readData(), keys(), now);
}

/**
 * Who reaches the broker can claim any method and confidence. Where the functions sign, a selection that none of them has
 * signed is one that somebody sent.
 *
 * @param keys undefined where the functions do not sign
 */
export function believedSelection(
  selection: Selection,
  event: Pick<Incoming, 'attributes' | 'readData'>,
  keys: KeySource | undefined,
  now: Date,
): BelievedSelection {
  const signed = isBelieved(event, keys, now);
  return { selection: signed ? selection : { ...selection, method: 'manual' }, signed };
}
