/** What a setting takes, and how its text is read. */
export interface Setting<Value> {
  readonly fallback: Value;
  readonly meaning: string;
  readonly parse: (text: string) => Value;
}

export function text(fallback: string, meaning: string): Setting<string> {
  return { fallback, meaning, parse: (value) => value };
}

export function list(
  meaning: string,
  fallback: readonly string[] = [],
  check: (item: string) => string | undefined = () => undefined,
): Setting<readonly string[]> {
  const parse = (value: string) => {
    const items = value.split(',').map((item) => item.trim());
    const complaint = items.map(check).find((each) => each !== undefined);
    if (complaint !== undefined) throw new Error(complaint);
    return items.filter((item) => item !== '');
  };
  return { fallback, meaning, parse };
}

export function integer(fallback: number, least: number, most: number, meaning: string): Setting<number> {
  const parse = (value: string) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new Error(`a whole number from ${least} to ${most}`);
    }
    return number;
  };
  return { fallback, meaning, parse };
}

export function share(fallback: number, meaning: string): Setting<number> {
  return { fallback, meaning, parse: parseShare };
}

export function optionalShare(meaning: string): Setting<number | undefined> {
  return { fallback: undefined, meaning, parse: parseShare };
}

function parseShare(value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 1)) throw new Error('a number from 0 to 1');
  return number;
}

export function flag(fallback: boolean, meaning: string): Setting<boolean> {
  const parse = (value: string) => {
    if (value !== 'true' && value !== 'false') throw new Error('true or false');
    return value === 'true';
  };
  return { fallback, meaning, parse };
}

export function oneOf<const Choice extends string>(
  fallback: Choice,
  choices: readonly Choice[],
  meaning: string,
): Setting<Choice> {
  const parse = (value: string) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new Error(`one of ${choices.join(', ')}`);
    return choice;
  };
  return { fallback, meaning, parse };
}
