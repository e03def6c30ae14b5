/** Traces that are kept in memory, for tests of what begins a span and how it ends. */
import type { Attributes, Span, Traces } from '../../shared/traces/span.ts';

interface KeptSpan {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Attributes;
  readonly failed: string | undefined;
  readonly ended: boolean;
}

/** The spans in the order in which they began; the traceparent of each holds its number. */
export function keepingTraces(): { readonly traces: Traces; readonly spans: readonly KeptSpan[] } {
  const spans: { -readonly [Key in keyof KeptSpan]: KeptSpan[Key] }[] = [];
  const begin = (name: string, parent: string | undefined, attributes: Attributes = {}): Span => {
    const kept = { name, parent, attributes, failed: undefined as string | undefined, ended: false };
    spans.push(kept);
    const traceparent = `00-${'a'.repeat(32)}-${String(spans.length).padStart(16, '0')}-01`;
    return {
      context: { traceparent },
      start: (step, _, more) => begin(step, traceparent, more),
      set: (more) => {
        kept.attributes = { ...kept.attributes, ...more };
      },
      event: () => undefined,
      link: () => undefined,
      fail: (type) => {
        kept.failed = type;
      },
      end: () => {
        kept.ended = true;
      },
    };
  };
  const traces: Traces = {
    start: (name, { parent, attributes }) => begin(name, parent?.traceparent, attributes),
    close: async () => undefined,
  };
  return { traces, spans };
}
