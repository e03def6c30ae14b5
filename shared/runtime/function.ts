/** What a function is written with: `defineFunction` and `on` declare its input, `reply` and `done` its decision. */
import type { Config } from '../config.ts';
import type { Attempt } from '../decision.ts';
import type { AsreError } from '../errors.ts';
import type { EventDefinition } from '../events/definition.ts';
import type { Draft } from '../events/envelope.ts';
import type { Log } from '../log.ts';
import type { Span } from '../traces/span.ts';
import type { Incoming, RawRequest } from './request/incoming.ts';

/** A function: what it accepts, what it needs to start, and what it decides. It knows nothing of HTTP or of the runtime. */
export interface FunctionDefinition<State> {
  readonly name: string;
  readonly init: (config: Config, log: Log) => State | Promise<State>;
  readonly handlers: readonly Handler<State>[];
  readonly webhook?: Webhook<State>;
  /** Told at readiness, such as why a tier will abstain. */
  readonly status?: (state: State) => Readonly<Record<string, unknown>>;
  readonly close?: (state: State) => void | Promise<void>;
}

/** What a handler may use besides the event. `clock` is monotonic, in milliseconds. */
export interface Context<State> {
  readonly state: State;
  readonly config: Config;
  readonly log: Log;
  readonly clock: () => number;
  /** What is done about the event; NO_SPAN where no traces are exported. */
  readonly span: Span;
}

/** An event of a known type with its data read. */
export interface TypedEvent<Data> extends Incoming {
  readonly data: Data;
}

/** How a function takes one event type. */
export interface Handler<State> {
  readonly definition: EventDefinition<unknown>;
  /** Reads the data; what it gives back decides. @throws {AsreError} where the data is not that of the type */
  readonly read: (event: Incoming, data: unknown) => (context: Context<State>) => Outcome | Promise<Outcome>;
}

/** How alert-router handles a request that is not a CloudEvent. */
export interface Webhook<State> {
  /** @throws {AsreError} a `refuse` */
  readonly accept: (request: RawRequest, context: Context<State>) => readonly Draft[];
}

/** The four things that can become of an event; response/ maps them to statuses. */
export type Outcome =
  | { readonly outcome: 'reply'; readonly draft: Draft; readonly attempt?: Attempt }
  | { readonly outcome: 'done'; readonly reason: string }
  | { readonly outcome: 'reject'; readonly error: AsreError }
  | { readonly outcome: 'retry'; readonly error: AsreError };

export function defineFunction<State>(definition: FunctionDefinition<State>): FunctionDefinition<State> {
  return definition;
}

/** Accepts events of this definition; `decide` gets their data parsed. */
export function on<State, Data>(
  definition: EventDefinition<Data>,
  decide: (event: TypedEvent<Data>, context: Context<State>) => Outcome | Promise<Outcome>,
): Handler<State> {
  const read: Handler<State>['read'] = (event, data) => {
    const typed = { ...event, data: definition.parse(data, event.time) };
    return (context) => decide(typed, context);
  };
  return { definition, read };
}

/** There is a next event. `attempt` is the vote behind it, for log and metrics. */
export function reply(draft: Draft, attempt?: Attempt): Outcome {
  return attempt === undefined ? { outcome: 'reply', draft } : { outcome: 'reply', draft, attempt };
}

/** Handled, without a next event. */
export function done(reason: string): Outcome {
  return { outcome: 'done', reason };
}
