import type { WireEvent } from '../../broker/event.ts';
import type { Eventing } from '../../eventing/trigger.ts';
import { readJson } from '../../shared/json.ts';
import type { KeySource } from '../../shared/keys.ts';
import type { Ending } from '../ending.ts';
import { believedEnding } from '../history/believed-ending.ts';
import type { HistoryWriter } from '../history/file.ts';
import { type DecisionRecord, recordOf } from '../history/record.ts';
import { isEnding } from '../read-ending.ts';
import { isDelivered } from './status.ts';
import type { Runner } from './system.ts';

/** Sees what becomes of each episode, and whether a Trigger takes the event that says so. */
export type Observer = (ending: Ending, delivered: boolean) => void;

interface Listeners {
  readonly eventing: Eventing;
  readonly functions: Runner['functions'];
  readonly history: HistoryWriter;
  /** Undefined where nothing is signed. */
  readonly signingKeys: KeySource | undefined;
  readonly observe: Observer;
  /** Is told each record that was written, and the token of an approval, which is not in it. */
  readonly record: (record: DecisionRecord, token: string | undefined) => void;
}

/** Records and tells the ending that an accepted event is; does nothing for an event on the way. */
export function conclude(
  event: WireEvent,
  { eventing, functions, history, signingKeys, observe, record }: Listeners,
  now: Date,
): void {
  if (!isEnding(event.attributes.type)) return;
  const believed = believedEnding({ attributes: event.attributes, data: dataOf(event) }, signingKeys, now);
  if (believed === undefined) return;
  const { ending } = believed;
  const delivered = isDelivered(eventing, functions, event);
  const written = recordOf(believed, delivered, now);
  history.write(written);
  record(written, ending.token);
  observe(ending, delivered);
}

// With the limits on what a stranger may send: whoever posts an event of this type must not hold up the whole system.
function dataOf({ body }: WireEvent): unknown {
  try {
    return readJson(body);
  } catch {
    return undefined;
  }
}
