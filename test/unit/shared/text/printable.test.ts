import { expect, it } from 'vitest';
import { printable } from '../../../../shared/text/printable.ts';

it.each([
  ['escape sequences', 'a\u001b[31mb', 'a [31mb'],
  ['line breaks', 'a\r\nb\u2028c\u2029d', 'a b c d'],
  ['marks that turn the line round', 'a\u202eb\u2066c', 'a b c'],
  ['other scripts', 'über 東京', 'über 東京'],
])('prints %s safely', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});
