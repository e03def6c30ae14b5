import type { Problem } from '../text/document.ts';
import { namesCondition } from './conditions.ts';
import { alternativesOf, keysByParameter } from './keys.ts';
import type { Layer } from './layer.ts';
import { parseMatcher } from './matcher.ts';
import type { PolicyFile } from './schema.ts';

/**
 * The label keys of a later folder's targets that a condition does not know, though it asks for the key in whose place they
 * stand: what it forbids would not be forbidden by the new one. Of a runbook without problems.
 *
 * @param policy that of all folders
 */
export function unaskedKeys([first, ...later]: readonly Layer[], policy: PolicyFile): Problem[] {
  const known = new Set(
    Object.values(first?.policy?.content.targets ?? {}).flatMap((each) => keysByParameter(each).flat()),
  );
  const asked = askedKeys(policy);
  return later.flatMap((layer) => (layer.policy === undefined ? [] : unaskedIn(layer.policy, known, asked)));
}

function unaskedIn(
  { file, content, lineOf }: NonNullable<Layer['policy']>,
  known: ReadonlySet<string>,
  asked: ReadonlyMap<string, ReadonlySet<string>>,
): Problem[] {
  const notes = new Map<string, Problem>(); // a key that stands in several targets is told once
  for (const [target, families] of Object.entries(content.targets ?? {})) {
    for (const [key, [like]] of alternativesOf([families], known)) {
      for (const [place, keys] of asked) {
        if (like === undefined || !keys.has(like.key) || keys.has(key) || notes.has(`${place} ${key}`)) continue;
        const message = `${place} asks for ${like.key} and not for ${key}, which stands in its place; add it`;
        notes.set(`${place} ${key}`, { file, line: lineOf(['targets', target]), message });
      }
    }
  }
  return [...notes.values()];
}

/** The label keys that each condition asks for, by where they are written. */
function askedKeys({ conditions, storesData }: PolicyFile): ReadonlyMap<string, ReadonlySet<string>> {
  const written = Object.entries(conditions).map(([name, lines]): [string, Set<string>] => {
    const matchers = lines.filter((line) => !namesCondition(line)).map(parseMatcher);
    return [`conditions.${name}`, new Set(matchers.map((matcher) => matcher.name))];
  });
  return new Map([...written, ['storesData.labels', new Set(storesData?.labels ?? [])]]);
}
