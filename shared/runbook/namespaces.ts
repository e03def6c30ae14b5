const PATTERN = /^[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?$/;
/** Longest name of a namespace (RFC 1123 label). */
const LENGTH_LIMIT = 63;

/** Namespaces by name or by pattern. */
export interface NamespaceSet {
  readonly has: (namespace: string) => boolean;
}

/** What is wrong with a name or a pattern of namespaces that can match none, with the fix; else undefined. */
export function namespaceComplaint(pattern: string): string | undefined {
  const shortest = pattern.replaceAll('*', '');
  if (PATTERN.test(pattern) && shortest.length <= LENGTH_LIMIT) return undefined;
  const corrected = pattern
    .toLowerCase()
    .split(/[\s,;|]+/)
    .map((part) =>
      part
        .replaceAll('.*', '*')
        .replaceAll(/[^-a-z0-9*]+/g, '-')
        .replaceAll(/^-+|-+$/g, ''),
    )
    .filter((part) => PATTERN.test(part));
  const fix = corrected.length === 0 ? '' : `; write ${corrected.join(',')}`;
  return `names of namespaces or patterns, separated by commas: lower-case letters, digits, - and *${fix}`;
}

/** Patterns as a set; `*` stands for any characters, none among them. */
export function namespaceSet(patterns: readonly string[]): NamespaceSet {
  const names = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  return { has: (namespace) => names.has(namespace) || globs.some((parts) => matchesParts(namespace, parts)) };
}

/** Whether the text begins with the first part, ends with the last, and holds those between in order. Linear in the text. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > text.length - last.length) return false;
    from = found + part.length;
  }
  return true;
}
