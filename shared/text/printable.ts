/** Text that may come from anywhere, safe to print: a control character could command the terminal. */
export function printable(value: string): string {
  return value.replace(/\p{Cc}+/gu, ' ');
}
