/** Text that may come from anywhere, safe to print: a control character could command the terminal, and one of format turn the line round. */
export function printable(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}
