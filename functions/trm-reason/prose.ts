/** Code between fences, to the text's end where the fence stays open. */
const FENCED = /```[\s\S]*?(?:```|$)/g;
/** Tags, chat roles and control tokens: <|system|>, </s>, [INST]. */
const MARKUP = /<[/|!a-z][^<>\n]{0,80}>|\[\/?[A-Z_]{2,16}\]/g;
const SENTENCE = /[^.!?;\n]+(?:[.!?;\n]+|$)/g;
/** The key that annotations choose a function with (design.md, annotations). */
const KEYS = ['lambda_function', 'lambda_parameters'];

/**
 * What a text says about a fault: without code, objects in braces, markup, and sentences that name a function. Which one to
 * call is not for an alert's text to say, so the model does not get to read it. Takes time linear in the text.
 *
 * @param functions names of the catalogue
 */
export function proseOf(text: string, functions: readonly string[]): string {
  const plain = withoutBraces(text.replaceAll(FENCED, ' ')).replaceAll(MARKUP, ' ');
  const orders = [...functions.filter((name) => /[-_]/.test(name)), ...KEYS];
  const sentences = plain.match(SENTENCE) ?? [];
  return sentences.filter((sentence) => !orders.some((name) => sentence.includes(name))).join('');
}

/** The text outside of braces; what an open brace never closes is inside. */
function withoutBraces(text: string): string {
  let depth = 0;
  let kept = '';
  for (const part of text.split(/([{}])/)) {
    if (part === '{') depth++;
    else if (part === '}') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += `${part} `;
  }
  return kept;
}
