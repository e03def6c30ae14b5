/** Code between fences, to the text's end where the fence stays open. */
const FENCED = /```[\s\S]*?(?:```|$)/g;
/** Tags, chat roles and control tokens: <|system|>, </s>, [INST]. */
const MARKUP = /<[/|!a-z][^<>\s]{0,40}>|\[\/?[A-Z_]{2,16}\]/gi;
const SENTENCE = /[^.!?;\n]+(?:[.!?;\n]+|$)/g;
/** The keys that annotations choose a function with (docs/annotations.md). */
const KEYS = ['lambda_function', 'lambda_parameters'];

/** Finds where a text names one of the functions, in any spelling: node-cordon, NODE_CORDON, nodeCordon; not "node cordon". */
export function namePattern(functions: readonly string[]): RegExp {
  const spelt = [...functions, ...KEYS].map((name) => name.split(/[-_]/)).filter((words) => words.length > 1);
  const names = spelt.map((words) => words.join('[^a-z0-9\\s]*')).join('|');
  // An object may be called like a function and more: job certificate-renew-2839 is not an order.
  return new RegExp(`(?<![a-z0-9])(?:${names})(?![-_]?[a-z0-9])`, 'i');
}

/**
 * What a text says about a fault: without code, objects in braces, markup, and sentences that name a function. An alert's
 * text must not choose the function, so the model is not shown it. It filters noise and protects nothing: what may be called
 * is decided elsewhere (reasoning/guard.ts). Takes time linear in the text.
 *
 * @param names namePattern of the catalogue
 */
export function proseOf(text: string, names: RegExp): string {
  const plain = withoutBraces(text.replaceAll(FENCED, ' ')).replaceAll(MARKUP, '');
  const sentences = plain.match(SENTENCE) ?? [];
  return sentences.filter((sentence) => !names.test(sentence)).join('');
}

/** The text outside of braces; what follows a brace that never closes is inside. */
function withoutBraces(text: string): string {
  let depth = 0;
  let kept = '';
  for (const part of text.split(/([{}])/)) {
    if (part === '{') depth++;
    else if (part === '}') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += part;
  }
  return kept;
}
