import {
  Composer,
  type CST,
  type Document,
  type DocumentOptions,
  Lexer,
  type Node,
  type ParseOptions,
  Parser,
} from 'yaml';

// The library takes any depth, at more than a second for 30,000 brackets, and says of it that the call stack is exceeded.
const DEPTH_LIMIT = 200;

/** The documents of a YAML or JSON text, at least one, each with the errors that are in it. A level too many ends the reading. */
export function parseDocuments(text: string, options: ParseOptions & DocumentOptions = {}): Document.Parsed[] {
  const composer = new Composer(options);
  return [...composer.compose(tokensOf(text, options), true, text.length)];
}

/** What a document or a node of it says, or why it cannot be told: aliases of aliases may stand for more than any memory holds. */
export function contentOf(document: Document.Parsed, node: Node | null = document.contents): unknown {
  try {
    return node?.toJS(document) ?? null;
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof RangeError) return error;
    throw error;
  }
}

// What Parser.parse and parseAllDocuments do, but for the depth. They also quote the text in each error: a second for 5,000.
function* tokensOf(text: string, { lineCounter }: ParseOptions): Generator<CST.Token, void> {
  const parser = new Parser(lineCounter?.addNewLine);
  lineCounter?.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > DEPTH_LIMIT) return void (yield tooDeepAt(parser.offset));
  }
  yield* parser.end();
}

function tooDeepAt(offset: number): CST.Token {
  return { type: 'error', offset, source: '', message: `nested deeper than ${DEPTH_LIMIT} levels` };
}
