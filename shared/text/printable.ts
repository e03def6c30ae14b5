/** Text that may come from anywhere, safe to print: a control character could command the terminal, and a format character reverse the line. */
export function printable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** JSON of the same value, as text or a line, in which what commands a terminal or reverses a line is written as an escape. */
export function printableJson(json: string): string {
  return ASCII.test(json) ? json : json.replace(UNSEEN, (character) => character.split('').map(escapeOf).join(''));
}

const ASCII = /^[\n\x20-\x7e]*$/;
// What is below U+0020 is escaped in JSON anyway, except the end of a line.
const UNSEEN = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
