import { isObject } from '../shared/json.ts';
import { printable } from '../shared/text/printable.ts';

/** Parameters of whatever kind a sender gave them. */
export function parametersText(parameters: unknown): string | undefined {
  if (!isObject(parameters)) return undefined;
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${written(value)}`);
  return pairs.length === 0 ? undefined : printable(pairs.join(' '));
}
