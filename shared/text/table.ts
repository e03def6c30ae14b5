/** A table for a terminal: columns as wide as their content allows, the last ones wrapped at words. */

/** Lays out rows under their headings within `width` characters; an infinite width wraps nothing. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const widths = columnWidths([headings, ...rows], headings.length, width);
  const rule = widths.map((columnWidth) => '─'.repeat(columnWidth)).join('  ');
  return [formatRow(headings, widths), rule, ...rows.map((row) => formatRow(row, widths))].join('\n');
}

// Narrow columns get what they need; the wide ones share what is left.
function columnWidths(rows: readonly (readonly string[])[], count: number, width: number): number[] {
  const wanted = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  let left = width - 2 * (count - 1);
  const widths = Array.from({ length: count }, () => 0);
  const narrowFirst = wanted.map((want, column) => ({ want, column })).sort((a, b) => a.want - b.want);
  narrowFirst.forEach(({ want, column }, index) => {
    const share = Math.max(6, Math.floor(left / (count - index)));
    widths[column] = Math.min(want, share);
    left -= widths[column] ?? 0;
  });
  return widths;
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  const cells = widths.map((width, column) => wrap(row[column] ?? '', width));
  const height = Math.max(...cells.map((lines) => lines.length));
  const lines = Array.from({ length: height }, (_, line) =>
    widths
      .map((width, column) => (cells[column]?.[line] ?? '').padEnd(width))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((part) => cut(part, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function cut(word: string, width: number): string[] {
  const pieces: string[] = [];
  for (let start = 0; start === 0 || start < word.length; start += width) pieces.push(word.slice(start, start + width));
  return pieces;
}
