// JSON.parse takes any depth, JSON.stringify overflows the stack at a few thousand.
const DEPTH_LIMIT = 200;
// An object of 200,000 keys blocks the event loop for a second.
const KEYS_LIMIT = 1_000;
const TOO_DEEP = `nested deeper than ${DEPTH_LIMIT} levels`;
const TOO_WIDE = `an object with more than ${KEYS_LIMIT} keys`;
const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** JSON with more keys or levels than anything here has. */
export class JsonLimitError extends SyntaxError {}

/** Which limit of readJson was passed, to be told to the sender; empty for other errors, whose messages quote what was sent. */
export function jsonLimitIn(error: unknown): string {
  return error instanceof JsonLimitError ? ` that is accepted here: ${error.message}` : '';
}

/** The JSON value of a text, or undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON text of a value that does not depend on the order of its keys (as RFC 8785 writes it). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/**
 * The JSON value of bytes that a stranger sent: UTF-8, with or without a byte order mark.
 *
 * @throws {SyntaxError} where it is not JSON; {JsonLimitError} where it is nested deeper than it could be written again, or has
 *   more keys in one object than anything here has
 */
export function readJson(bytes: Buffer): unknown {
  checkSize(bytes); // first: building the object is what takes the time
  return readLargeJson(bytes);
}

/** The same for a body of many parts, which are measured one by one (measureJson): a large one must not cost the others. */
export function readLargeJson(bytes: Buffer): unknown {
  const marked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return JSON.parse(bytes.toString('utf8', marked ? BYTE_ORDER_MARK.length : 0));
}

/**
 * About the characters of a value's JSON text, in which nothing is escaped.
 *
 * @param depth how deep the value will stand in what is written
 * @throws {JsonLimitError} where readJson would refuse it there
 */
export function measureJson(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return String(value).length; // 1e20 is written with 21 digits
  if (depth >= DEPTH_LIMIT) throw new JsonLimitError(TOO_DEEP);
  const names = Array.isArray(value) ? [] : Object.keys(value);
  if (names.length > KEYS_LIMIT) throw new JsonLimitError(TOO_WIDE);
  let characters = 1;
  for (const name of names) characters += name.length + 3;
  for (const inner of Object.values(value)) characters += measureJson(inner, depth + 1) + 1;
  return characters;
}

// Counts levels and keys in the text. What is not JSON may be counted wrong; parsing refuses it then.
function checkSize(bytes: Buffer): void {
  const keys = new Uint32Array(DEPTH_LIMIT + 1);
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at + 1);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > DEPTH_LIMIT) throw new JsonLimitError(TOO_DEEP);
        keys[depth] = 0;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth = Math.max(0, depth - 1);
        break;
      case COLON: {
        const count = (keys[depth] ?? 0) + 1;
        if (count > KEYS_LIMIT) throw new JsonLimitError(TOO_WIDE);
        keys[depth] = count;
        break;
      }
    }
  }
}

function endOfString(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
