/** JSON that a model wrote among other text; both take time linear in the text. */

/** What stands in the first block of code. */
export function codeBlock(text: string): string | undefined {
  const open = text.indexOf('```');
  const line = open === -1 ? -1 : text.indexOf('\n', open);
  const close = line === -1 ? -1 : text.indexOf('```', line);
  return close === -1 ? undefined : text.slice(line + 1, close);
}

/** The first object whose braces close, braces inside strings not counted. */
export function balancedObject(text: string): string | undefined {
  const start = text.indexOf('{');
  if (start === -1) return undefined;
  let depth = 0;
  let quoted = false;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (quoted && character === '\\') index++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === '{') depth++;
    else if (!quoted && character === '}' && --depth === 0) return text.slice(start, index + 1);
  }
  return undefined;
}
