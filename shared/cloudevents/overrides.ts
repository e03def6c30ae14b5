import { isObject, parseJson } from '../json.ts';

/** The extensions of K_CE_OVERRIDES, as SinkBinding writes them; undefined where the text holds none of that form. */
export function extensionsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const parsed = parseJson(text);
  const extensions = isObject(parsed) ? (parsed.extensions ?? {}) : undefined;
  return isObject(extensions) ? extensions : undefined;
}
