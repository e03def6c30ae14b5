/** A look as text for people: headings with lines below, within a size that an event can carry. */
import { printable } from '../../shared/text/printable.ts';
import { maskSecrets } from './mask.ts';

export interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
}

const LONGEST_LINE = 300;
const LONGEST_REPORT = 6_000;

/** Sections without lines are left out; the rest is cut where it is too long, and says so. */
export function reportText(sections: readonly Section[]): string {
  const text = sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ heading, lines }) => [heading, ...lines.map((line) => `  ${shortened(line)}`)].join('\n'))
    .join('\n');
  return text.length > LONGEST_REPORT ? `${text.slice(0, LONGEST_REPORT)}\n… cut` : text;
}

/** Text that a program wrote, on one line, masked and cut. */
export function shortened(text: string): string {
  const line = maskSecrets(printable(text).trim());
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}

/** The lines of a log, masked before they are parted: a key may stand on several. */
export function maskedLines(text: string): string[] {
  return maskSecrets(text)
    .split('\n')
    .map(shortened)
    .filter((line) => line !== '');
}
