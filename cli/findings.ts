/** What one part of the check looked at, in words, and what is wrong with it, each with its place. */
export interface Findings {
  readonly checked: readonly string[];
  readonly problems: readonly string[];
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
