/** A collector of OTLP over HTTP, in JSON, and the trees that its spans make. */
import { openReceiver } from './receiver.ts';

export interface SeenSpan {
  readonly service: string;
  readonly name: string;
  /** As OTLP numbers them: 4 makes events, 5 handles them. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  /** Ids of traces. */
  readonly links: readonly string[];
  readonly failed: boolean;
}

/** @param status what every export is answered, given how many came before */
export async function startCollector(status: (before: number) => number = () => 200) {
  let count = 0;
  const { url, received, close } = await openReceiver(() => ({ status: status(count++), body: '{}' }));
  return {
    url,
    close,
    received,
    /** Every span so far. */
    spans: () => received.flatMap(({ body }) => spansIn(body as Otlp)),
    /** What was exported, as text. */
    text: () => JSON.stringify(received.map(({ body }) => body)),
  };
}

interface Otlp {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Pair[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Pair[];
  readonly events?: readonly { readonly name: string; readonly attributes: readonly Pair[] }[];
  readonly links?: readonly { readonly traceId: string }[];
  readonly status?: { readonly code: number };
}

interface Pair {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const STATUS_ERROR = 2;
const KIND_PRODUCER = 4;

function spansIn({ resourceSpans }: Otlp): SeenSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(recordOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => seen(service, span)));
  });
}

function seen(service: string, span: OtlpSpan): SeenSpan {
  const { name, kind, traceId, spanId, parentSpanId = '', events = [], links = [] } = span;
  return {
    ...{ service, name, kind, traceId, spanId, parentSpanId },
    startNs: BigInt(span.startTimeUnixNano),
    endNs: BigInt(span.endTimeUnixNano),
    attributes: recordOf(span.attributes),
    events: events.map((event) => ({ name: event.name, attributes: recordOf(event.attributes) })),
    links: links.map((link) => link.traceId),
    failed: span.status?.code === STATUS_ERROR,
  };
}

function recordOf(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** The spans of one trace whose parent is not among them. */
export function rootsOf(spans: readonly SeenSpan[]): SeenSpan[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => !ids.has(parentSpanId));
}

/**
 * One trace as text: a line for each span, in the order in which they began; what several
 * Triggers bring, by name. What happens in a span several times stands once.
 */
export function drawTree(spans: readonly SeenSpan[]): string {
  return rootsOf(spans)
    .flatMap((root) => lines(spans, root))
    .join('\n');
}

function lines(spans: readonly SeenSpan[], span: SeenSpan, indent = ''): string[] {
  const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).toSorted(orderIn(span));
  const told = [...new Set(span.events.map(({ name }) => name))].map((name) => `${indent}   · ${name}`);
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    const [first = '', ...rest] = lines(spans, child, '');
    return [
      `${indent}${isLast ? '└─' : '├─'} ${first}`,
      ...rest.map((line) => `${indent}${isLast ? '   ' : '│  '}${line}`),
    ];
  });
  return [`${span.name}  (${span.service})`, ...told, ...below];
}

// Deliveries before what they bring: the kind of a client is less than that of a consumer.
function orderIn({ kind }: SeenSpan) {
  return (left: SeenSpan, right: SeenSpan) => {
    if (kind !== KIND_PRODUCER) return Number(left.startNs - right.startNs);
    return left.kind - right.kind || `${left.name} ${left.service}`.localeCompare(`${right.name} ${right.service}`);
  };
}
