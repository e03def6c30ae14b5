import { type Static, Type } from '@sinclair/typebox';
import { Alert, parseAlert } from '../alert/alert.ts';
import { Attempt } from '../decision.ts';
import { isObject } from '../json.ts';
import { defineEvent, type EventDefinition } from './definition.ts';
import { exampleAbstention, exampleAlert } from './example.ts';

/** What one tier passes to the next: the alert, and the attempts of the tiers before. */
export const Request = Type.Object({
  alert: Alert,
  attempts: Type.Array(Attempt, { description: 'the votes of the tiers before, oldest first' }),
});
export type Request = Static<typeof Request>;

/** Declares the request event of a tier. Data that is just an alert (`alertname`, `labels`) counts as a request without attempts. */
export function defineRequest(type: string, from: string, to: readonly string[]): EventDefinition<Request> {
  return defineEvent({
    type,
    summary: `Asks ${to[0]} to choose a remediation. The data may be just an alert; attempts are then empty.`,
    from: [from],
    to,
    schema: Request,
    read: readRequest,
    example: { alert: exampleAlert, attempts: type.includes('.trm.') ? [] : [exampleAbstention] },
  });
}

// The event's time stands in for startsAt of a bare alert only: what a function asks carries the time of its answer, and a
// retry would be another episode.
function readRequest(data: unknown, time?: string, now?: Date): unknown {
  if (!isObject(data) || !isObject(data.alert)) return { alert: parseAlert(data, time, now), attempts: [] };
  return { alert: parseAlert(data.alert, undefined, now), attempts: data.attempts ?? [] };
}
