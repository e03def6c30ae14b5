// JSON.parse takes any depth, JSON.stringify overflows the stack at a few thousand.
const DEPTH_LIMIT = 200;
const KEYS_LIMIT = 1_000;
/** Of a body whose parts are measured one by one. To build an object of 200,000 keys blocks the event loop for a second. */
const LARGE_KEYS_LIMIT = 20_000;
const TOO_DEEP = `nested deeper than ${DEPTH_LIMIT} levels`;
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

/**
 * What a JSON value says, whatever it is. Not by String() or in a template: an object of a stranger may have a toString of its
 * own that cannot be called.
 */
export function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : String(JSON.stringify(value));
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
  checkSize(bytes, KEYS_LIMIT, DEPTH_LIMIT); // first: building the object is what takes the time
  return parseBytes(bytes);
}

/**
 * The same for a body of many parts, which are measured one by one (measureJson): one that is too large must not cost the
 * others. What no sender means ends all of it.
 */
export function readLargeJson(bytes: Buffer): unknown {
  checkSize(bytes, LARGE_KEYS_LIMIT, Number.POSITIVE_INFINITY);
  return parseBytes(bytes);
}

function parseBytes(bytes: Buffer): unknown {
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
  let characters = 1;
  if (!isObject(value)) {
    for (const inner of Object.values(value)) characters += measureJson(inner, depth + 1) + 1;
    return characters;
  }
  const names = Object.keys(value); // of hundreds of keys Object.entries takes three times as long
  if (names.length > KEYS_LIMIT) throw tooWide(KEYS_LIMIT);
  for (const name of names) characters += name.length + 4 + measureJson(value[name], depth + 1);
  return characters;
}

function tooWide(limit: number): JsonLimitError {
  return new JsonLimitError(`an object with more than ${limit} keys`);
}

// Counts levels and keys in the text; keys that stand deeper than the limit of an event together, as those of one object. What
// is not JSON may be counted wrong; parsing refuses it then.
function checkSize(bytes: Buffer, keysLimit: number, depthLimit: number): void {
  const keys = new Uint32Array(DEPTH_LIMIT + 1);
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at + 1);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > depthLimit) throw new JsonLimitError(TOO_DEEP);
        if (depth <= DEPTH_LIMIT) keys[depth] = 0;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth = Math.max(0, depth - 1);
        break;
      case COLON: {
        const level = Math.min(depth, DEPTH_LIMIT);
        const count = (keys[level] ?? 0) + 1;
        if (count > keysLimit) throw tooWide(keysLimit);
        keys[level] = count;
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
