import type { WireEvent } from '../../broker/event.ts';
import type { Eventing } from '../../eventing/trigger.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { parseJson } from '../../shared/json.ts';
import { type Ending, endingOf, isFinal } from '../ending.ts';
import type { HistoryWriter } from '../history/file.ts';
import { recordOf } from '../history/record.ts';
import { isDelivered } from './status.ts';

/** Sees how each episode ends, and whether a Trigger takes the event that says so. */
export type Observer = (ending: Ending, delivered: boolean) => void;

interface Listeners {
  readonly eventing: Eventing;
  readonly history: HistoryWriter;
  readonly observe: Observer;
}

/** Records and tells the ending that an accepted event is; does nothing for an event on the way. */
export function conclude(event: WireEvent, { eventing, history, observe }: Listeners, now: Date): void {
  if (!isFinal(event.attributes.type)) return;
  const said: CloudEvent = { attributes: event.attributes, data: parseJson(event.body.toString('utf8')) };
  const ending = endingOf(said);
  if (ending === undefined) return;
  const delivered = isDelivered(eventing, event);
  history.write(recordOf(said, ending, delivered, now));
  observe(ending, delivered);
}
