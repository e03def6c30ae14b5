import { type Labels, labelValue } from '../alert/alert.ts';

// The one reference there is. Everything else in double braces is refused, so no alert text becomes a template.
const REFERENCE = /\{\{\s*\$labels\.([a-zA-Z_][a-zA-Z0-9_]*)\s*\}\}/g;

export type Resolved = { readonly value: string } | { readonly missing: string };

/** The label names that a template refers to. @throws {Error} where it holds another template action */
export function references(template: string): string[] {
  if (!hasReferencesOnly(template)) {
    throw new Error(`bad template ${JSON.stringify(template)}: only {{ $labels.name }} references are allowed`);
  }
  return referencesIn(template);
}

function hasReferencesOnly(template: string): boolean {
  const rest = template.replaceAll(REFERENCE, '');
  return !rest.includes('{{') && !rest.includes('}}');
}

/** The same of a text that may hold anything else. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, name]) => name ?? []);
}

/**
 * Fills the `{{ $labels.x }}` of a template of the runbook with the label's value, copied exactly and never expanded again.
 * The first label that is missing or empty is told by name: a reference never becomes an empty string.
 */
export function resolveTemplate(template: string, labels: Labels): Resolved {
  let parts = partsOfRunbook.get(template);
  if (parts === undefined) {
    parts = partsOf(template);
    partsOfRunbook.set(template, parts);
  }
  return resolveParts(parts, labels);
}

/** The runbook's templates in parts: every alert meets dozens of them. No others: it is never emptied. */
const partsOfRunbook = new Map<string, readonly string[]>();

/** Text, the name of a label, text, and so on. */
function partsOf(template: string): readonly string[] {
  return template.split(REFERENCE);
}

function resolveParts(parts: readonly string[], labels: Labels): Resolved {
  let value = '';
  for (const [index, part] of parts.entries()) {
    const isName = index % 2 === 1;
    const filled = isName ? labelValue(labels, part) : part;
    if (filled === undefined) return { missing: part };
    value += filled;
  }
  return { value };
}

/** The same for a template that no check has seen: undefined where it holds another template action. */
export function resolveUntrusted(template: string, labels: Labels): Resolved | undefined {
  return hasReferencesOnly(template) ? resolveParts(partsOf(template), labels) : undefined;
}

/** A text with other label names in its references: in every one that would be filled, however it is spaced. */
export function renameReferences(text: string, rename: (name: string) => string): string {
  return text.replaceAll(REFERENCE, (_, name: string) => `{{ $labels.${rename(name)} }}`);
}
