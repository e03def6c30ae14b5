import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import type { Attempt } from '../shared/decision.ts';
import type { AsreError } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import type { Policy } from '../shared/runbook/runbook.ts';
import { printable } from '../shared/text/printable.ts';
import { endingText } from './ending.ts';
import { alertTextBy } from './named-alert.ts';
import { endingOf } from './read-ending.ts';
import { votesOf, votesTable } from './vote.ts';

/** The events of one episode that followed from the first one, which is among them. */
export interface Flow {
  readonly events: readonly CloudEvent[];
  /** Why there is no further event where the last one was handled without an answer. */
  readonly done?: string;
  /** Why the last event could not be handled: on a cluster it would be retried, then be a dead letter. */
  readonly failure?: AsreError;
}

/** What `--expect none` compares with. */
export const NO_FUNCTION = 'none';

/** The event that ends the flow; undefined where an event was handled and nothing more said, or could not be handled. */
export function lastEvent({ events, done, failure }: Flow): CloudEvent | undefined {
  return done === undefined && failure === undefined ? events.at(-1) : undefined;
}

/** Every vote, oldest first. An event.rejected holds none, so they are those of the last event that does. */
export function attemptsOf({ events }: Flow): readonly Attempt[] {
  const votes = events.map(({ data }) => field(data, 'attempts') ?? field(field(data, 'selection'), 'attempts'));
  const last = votes.findLast(Array.isArray);
  return (last ?? []) as Attempt[];
}

/** The alert of the first event that holds one. */
export function alertOf({ events }: Flow): Readonly<Record<string, unknown>> | undefined {
  const alerts = events.map(({ data }) => {
    const inner = field(data, 'alert') ?? field(field(data, 'selection'), 'alert');
    return inner ?? (field(data, 'labels') === undefined ? undefined : data);
  });
  return alerts.find(isObject);
}

/** The function that is called, at once or after an approval, or none; an alert that is rejected, or that made a function fail, is neither. */
export function calledFunction(flow: Flow): string {
  if (isUndecided(flow)) return flow.failure === undefined ? 'rejected' : 'failed';
  const last = lastEvent(flow);
  const ending = last && endingOf(last);
  const isChosen = ending?.kind === 'called' || ending?.kind === 'waiting';
  return isChosen ? (ending.lambdaFunction ?? NO_FUNCTION) : NO_FUNCTION;
}

/** Whether the flow broke off before anything was decided. */
export function isUndecided(flow: Flow): boolean {
  const last = lastEvent(flow);
  return flow.failure !== undefined || (last !== undefined && endingOf(last)?.kind === 'rejected');
}

/** The alert, a table of the votes, and the end. @param policy by which it was decided */
export function flowText(flow: Flow, policy: Policy, width: number): string {
  const votes = votesOf(attemptsOf(flow));
  const table = votes.length === 0 ? [] : [votesTable(votes, width)];
  return [alertTextBy(policy, alertOf(flow)), ...table, `→ ${endText(flow)}`].join('\n');
}

/** How the flow ended, in words. */
export function endText(flow: Flow): string {
  if (flow.failure !== undefined) return printable(`failed: ${flow.failure.code}: ${flow.failure.message}`);
  if (flow.done !== undefined) return `nothing to do: ${flow.done}`;
  const last = lastEvent(flow);
  const ending = last && endingOf(last);
  if (ending !== undefined) return endingText(ending);
  return printable(`${last?.attributes.type}: no function of the chain takes it`);
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
