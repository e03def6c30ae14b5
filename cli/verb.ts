import type { Readable } from 'node:stream';
import { type ParseArgsConfig, parseArgs } from 'node:util';

export const EXIT_OK = 0;
/** The answer is no: problems found, an expectation missed, an event not accepted. */
export const EXIT_FAILED = 1;
/** The command, its input or its configuration cannot be used. */
export const EXIT_USAGE = 2;

/** The world as a verb sees it. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Characters in a line; infinite where no terminal shows it. */
  readonly width: number;
  readonly now: () => Date;
  /** Overwrites the last line of the terminal; does nothing where there is none. */
  readonly progress: (text: string) => void;
}

/** A user's mistake, reported in one line: what is wrong, and how to correct it. */
export class UserError extends Error {
  readonly exitCode: number;

  constructor(what: string, fix: string, exitCode: number = EXIT_USAGE) {
    super(fix === '' ? what : `${what} (${fix})`);
    this.exitCode = exitCode;
  }
}

export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** @returns the exit code */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>;
}

type OptionTypes = NonNullable<ParseArgsConfig['options']>;
type Values<Options extends OptionTypes> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options; allowPositionals: true; strict: true }>
>['values'];

interface Declaration<Options extends OptionTypes> extends Omit<Verb, 'run'> {
  readonly options: Options;
  /** What stands behind the verb, at least one unless it says otherwise; none where it is missing. */
  readonly operands?: { readonly name: string; readonly most: number; readonly optional?: boolean };
  readonly run: (values: Values<Options>, operands: readonly string[], terminal: Terminal) => Promise<number>;
}

/** Declares a verb; its options are parsed strictly before it runs. */
export function defineVerb<const Options extends OptionTypes>(declaration: Declaration<Options>): Verb {
  const { name, summary, help, options, operands } = declaration;
  const see = `see agent-sre ${name} --help`;
  return {
    name,
    summary,
    help,
    run(args, terminal) {
      const { values, positionals } = parse({ args: [...args], options, allowPositionals: true, strict: true }, see);
      const extra = positionals[operands?.most ?? 0];
      if (extra !== undefined) throw new UserError(`${name} does not take "${extra}"`, see);
      if (operands !== undefined && operands.optional !== true && positionals.length === 0)
        throw new UserError(`${name} needs ${operands.name}`, see);
      return declaration.run(values, positionals, terminal);
    },
  };
}

function parse<Config extends ParseArgsConfig>(config: Config, see: string): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node's second sentence is about operands that start with a dash.
    const [what = 'the options cannot be read'] = (error instanceof Error ? error.message : '').split(
      /\.?(?: To |\n|$)/,
    );
    throw new UserError(what, see);
  }
}
