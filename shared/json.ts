// JSON.parse takes any depth, JSON.stringify overflows the stack at a few thousand.
const DEPTH_LIMIT = 200;
// Labels are sorted, hashed and copied: 200,000 of them block the event loop for a second.
const KEYS_LIMIT = 1_000;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The JSON value of a text, or undefined where it is none (which no JSON text means). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The JSON value of bytes that a stranger sent: UTF-8, with or without a byte order mark.
 *
 * @throws {SyntaxError} where it is not JSON, is nested deeper than it could be written again, or has more keys in one object
 *   than anything here has
 */
export function readJson(bytes: Buffer): unknown {
  const marked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const value: unknown = JSON.parse(bytes.toString('utf8', marked ? BYTE_ORDER_MARK.length : 0));
  checkSize(value, DEPTH_LIMIT);
  return value;
}

function checkSize(value: unknown, levels: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw new SyntaxError(`nested deeper than ${DEPTH_LIMIT} levels`);
  const children: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (!Array.isArray(value) && children.length > KEYS_LIMIT) {
    throw new SyntaxError(`an object with more than ${KEYS_LIMIT} keys`);
  }
  for (const child of children) checkSize(child, levels - 1);
}
