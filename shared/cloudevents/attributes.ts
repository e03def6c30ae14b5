/** What the attributes of a CloudEvent may be (CloudEvents 1.0.2), and how a header carries them. */

/** Attributes by name, every value as text. */
export type Attributes = Readonly<Record<string, string>>;

/** A CloudEvent that is ready to be sent: its attributes are ASCII, its data is JSON. */
export interface CloudEvent {
  readonly attributes: Attributes;
  readonly data: unknown;
}

export const REQUIRED = ['id', 'source', 'type', 'specversion'] as const;

/** Attributes travel as headers, which every hop bounds. */
export const ATTRIBUTE_LIMIT = 4_096;

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,18})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Whether an attribute may have this name. */
export function isAttributeName(name: string): boolean {
  return /^[a-z0-9]+$/.test(name);
}

/** Whether a `time` is one. */
export function isTime(value: string): boolean {
  return RFC_3339.test(value) && !Number.isNaN(Date.parse(value));
}

/** Whether every surrogate has its other half: text without it cannot be written in UTF-8. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The value as an attribute of our own events: ASCII without spaces, all else percent-encoded in UTF-8. */
export function asciiAttribute(value: string): string {
  return encodeHeader(value).replaceAll(' ', '%20');
}

/**
 * The value as a header carries it (HTTP binding, 3.1.3.2): printable ASCII but `"` and `%` stays, the rest becomes
 * percent-encoded UTF-8. The space is left alone, as Knative's brokers do.
 */
export function encodeHeader(value: string): string {
  return /^[\x20\x21\x23\x24\x26-\x7e]*$/.test(value)
    ? value
    : value.replace(/[^\x20\x21\x23\x24\x26-\x7e]/gu, percentEncoded);
}

/** The value that a header carries; text that is not percent-encoded UTF-8 counts as it stands. */
export function decodeHeader(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

// Not encodeURIComponent: it throws for a lone surrogate, and leaves ' ( ) * alone.
function percentEncoded(character: string): string {
  const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return [...Buffer.from(character)].map(hex).join('');
}
