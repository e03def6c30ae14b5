/** A call in FunctionGemma's words: what it writes between its control tokens. */
import type { Tool, Value } from './tools.ts';

/** The whole text of a call, keys in the order of the tool's parameters; for training, and to show. */
export function callText({ name, parameters }: Tool, values: ReadonlyMap<string, Value>): string {
  const written = parameters.flatMap(({ key }) => {
    const value = values.get(key);
    return value === undefined ? [] : [`${key}:${typeof value === 'string' ? `<escape>${value}<escape>` : value}`];
  });
  return `<start_function_call>call:${name}{${written.join(',')}}<end_function_call>`;
}
