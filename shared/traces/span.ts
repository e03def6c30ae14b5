/** What a trace is written with. It knows nothing of OpenTelemetry: where no traces are exported nothing of it is loaded. */
import { decodeHeader } from '../cloudevents/attributes.ts';

/** W3C Trace Context, as it stands on an event or in the headers of a request. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A step on the way of an alert. */
export interface Span {
  /** What follows from this step carries it on; undefined where no traces are exported. */
  readonly context: TraceContext | undefined;
  /** Begins a step of this one. */
  start(name: string, kind?: Kind, attributes?: Attributes): Span;
  set(attributes: Attributes): void;
  /** Something that happened at a point in time, in milliseconds of the epoch. */
  event(name: string, attributes: Attributes, atMs: number): void;
  /** Names a step of another trace that this one has to do with; undefined, and a step of this trace, are left out. */
  link(to: string | undefined): void;
  /** @param type a word for what went wrong, without anything of what was being worked on */
  fail(type: string): void;
  end(): void;
}

/** Where a span begins that no other one of this process contains. */
export interface Origin {
  readonly kind: Kind;
  /** The step of another process that it follows from; without one a trace begins here. */
  readonly parent?: TraceContext | undefined;
  /** The traceparent of a step of another trace. */
  readonly link?: string | undefined;
  readonly attributes?: Attributes;
}

/** The traces of a process. */
export interface Traces {
  start(name: string, origin: Origin): Span;
  /** Sends what has not been sent yet, for a limited time. Nothing is sent after that. Never rejects. */
  close(): Promise<void>;
}

export const NO_SPAN: Span = {
  context: undefined,
  start: () => NO_SPAN,
  set: ignore,
  event: ignore,
  link: ignore,
  fail: ignore,
  end: ignore,
};

/** Exports nothing. */
export const NO_TRACES: Traces = { start: () => NO_SPAN, close: async () => undefined };

function ignore(): void {}

/** Runs a step of `parent`. Costs a call where no traces are exported. */
export function traced<Result>(parent: Span, name: string, run: (span: Span) => Result): Result {
  return parent === NO_SPAN ? run(parent) : within(parent.start(name), run);
}

/** Runs what a span is about. The span ends with it, and says whether it failed. */
export function within<Result>(span: Span, run: (span: Span) => Result): Result {
  if (span === NO_SPAN) return run(span);
  try {
    const result = run(span);
    if (result instanceof Promise) return endingWith(span, result) as Result;
    span.end();
    return result;
  } catch (error) {
    span.fail(typeOf(error));
    span.end();
    throw error;
  }
}

async function endingWith<Value>(span: Span, promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    span.fail(typeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

// Messages quote what they are about; codes and names do not.
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace context among the attributes of an event or the headers of a request. What no header can carry is left out. */
export function traceContextOf({
  traceparent,
  tracestate,
}: Readonly<Record<string, unknown>>): TraceContext | undefined {
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return undefined;
  const sound = typeof tracestate === 'string' && /^[\x20-\x7e]*$/.test(tracestate);
  return sound ? { traceparent, tracestate } : { traceparent };
}

/** The same of attributes as headers carry them. */
export function encodedTraceContextOf({
  traceparent,
  tracestate,
}: Readonly<Record<string, string>>): TraceContext | undefined {
  return traceContextOf({ traceparent, tracestate: tracestate === undefined ? undefined : decodeHeader(tracestate) });
}
