import type { Refusal } from '../../shared/reasoning/guard.ts';
import type { NamedCall } from './parse.ts';
import type { Listed } from './shortlist.ts';
import type { ToolParameter, Value } from './tools.ts';

/** A call of one of the listed tools, every value one of those that the alert and the catalogue offer for it. */
export interface Matched {
  readonly listed: Listed;
  /** By key. */
  readonly values: ReadonlyMap<string, Value>;
}

/** Reads a call by the tools that were offered: coerced to the values of the offer, and nothing filled in. */
export function matchCall(listed: readonly Listed[], { name, values }: NamedCall): Matched | Refusal {
  const offer = listed.find(({ tool }) => tool.name === name || tool.called?.name === name);
  if (offer === undefined)
    return { reason: 'unknown_function', reasoning: 'the model called no function that it was offered' };
  const matched = new Map<string, Value>();
  for (const [key, value] of Object.entries(values)) {
    const parameter = offer.tool.parameters.find((each) => each.key === key || each.name === key);
    if (parameter === undefined) return invalid(`${offer.tool.name} has no parameter of the name that the model wrote`);
    const found = matchValue(parameter, offer.values.get(parameter.key) ?? [], value);
    if (found === undefined) return invalid(`${parameter.name} is neither of the alert nor of the catalogue`);
    matched.set(parameter.key, found);
  }
  return { listed: offer, values: matched };
}

function invalid(reasoning: string): Refusal {
  return { reason: 'invalid_parameters', reasoning };
}

/** The value itself, or the one of another type that is written the same; of constants also one in another case. */
function matchValue({ constants }: ToolParameter, offered: readonly Value[], value: unknown): Value | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  const same = offered.find((each) => each === value) ?? offered.find((each) => String(each) === text);
  if (same !== undefined) return same;
  const alike = constants.filter((each) => String(each).toLowerCase() === text.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}
