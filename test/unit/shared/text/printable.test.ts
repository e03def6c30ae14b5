import { expect, it } from 'vitest';
import { printable, printableJson } from '../../../../shared/text/printable.ts';

it.each([
  ['escape sequences', 'a\u001b[31mb', 'a [31mb'],
  ['line breaks', 'a\r\nb\u2028c\u2029d', 'a b c d'],
  ['marks that turn the line round', 'a\u202eb\u2066c', 'a b c'],
  ['other scripts', 'über 東京', 'über 東京'],
])('prints %s safely', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

it.each([
  ['a C1 control sequence', 'a\u009b2Jb', '{"a":"a\\u009b2Jb"}\n'],
  ['marks that turn the line round', 'a\u202eb', '{"a":"a\\u202eb"}\n'],
  ['tags beyond the first plane', 'a\u{e0041}b', '{"a":"a\\udb40\\udc41b"}\n'],
  ['other scripts', 'über 東京', '{"a":"über 東京"}\n'],
])('writes %s in JSON as the same value', (_, a, expected) => {
  const line = printableJson(`${JSON.stringify({ a })}\n`);
  expect(line).toBe(expected);
  expect(JSON.parse(line)).toEqual({ a });
});
