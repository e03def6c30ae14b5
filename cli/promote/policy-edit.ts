/** A rule for one function, put into the text of a policy. Comments and layout stay: only what is meant is in the diff. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { isObject } from '../../shared/json.ts';
import { namespaceSet } from '../../shared/runbook/namespaces.ts';
import type { Mode, RemediationSection } from '../../shared/runbook/remediation.ts';
import type { Risk } from '../../shared/runbook/risk.ts';
import { parseDocuments } from '../../shared/text/yaml.ts';
import { applyEdits, type Edit, lineEndOf, linesBefore, offsetOf } from '../rules/edit.ts';

/** What the policy is to say of a function, wherever it acts. */
export interface Promotion {
  readonly lambdaFunction: string;
  readonly risk: Risk;
  readonly mode: Mode;
  /** One line, for whoever reviews it. */
  readonly comment: string;
}

type Promoted = { readonly text: string } | { readonly obstacle: string };
type Rule = NonNullable<RemediationSection['rules']>[number];
type Edits = readonly Edit[] | { readonly obstacle: string };

/** What is put there, and before which rule; or the rule whose mode becomes another one. */
interface Place {
  readonly index: number;
  readonly isOwn: boolean;
}

/**
 * The text of a policy with the promotion. The rules that speak of some namespaces or clusters only come before it: what somebody
 * has said of them stays so.
 */
export function promoteIn(text: string, promotion: Promotion): Promoted {
  const document = onlyDocument(text);
  if (document === undefined) return { obstacle: 'it is not one YAML document' };
  const before: unknown = document.toJS() ?? {};
  if (!isObject(before)) return { obstacle: 'it is not a map' };
  const place = placeOf((isObject(before.remediation) ? before.remediation : {}) as RemediationSection, promotion);
  const edits = editsOf(text, document, place, promotion);
  if ('obstacle' in edits) return edits;
  const edited = applyEdits(text, edits);
  const meant = promotedValue(before, place, promotion);
  if (isDeepStrictEqual(onlyDocument(edited)?.toJS(), meant)) return { text: edited };
  return { obstacle: 'its layout lets nothing be put there safely' };
}

/** The rule as it stands in a list. */
export function ruleText({ lambdaFunction, mode }: Pick<Promotion, 'lambdaFunction' | 'mode'>): string {
  const name = /^[a-z][-a-z0-9]*$/.test(lambdaFunction) ? lambdaFunction : JSON.stringify(lambdaFunction);
  return `{ functions: [${name}], mode: ${mode} }`;
}

function onlyDocument(text: string): Document.Parsed | undefined {
  const [document, ...more] = parseDocuments(text, { keepSourceTokens: true });
  return more.length === 0 && document?.errors.length === 0 ? document : undefined;
}

/** Before the first rule that holds for the function everywhere; that rule itself where it is of this function alone. */
function placeOf({ rules = [] }: RemediationSection, { lambdaFunction, risk }: Promotion): Place {
  const holdsEverywhere = ({ mode, namespaces, clusters, functions, risks }: Rule) =>
    mode !== undefined &&
    clusters === undefined &&
    (namespaces?.includes('*') ?? true) &&
    (functions === undefined || namespaceSet(functions).has(lambdaFunction)) &&
    (risks?.includes(risk) ?? true);
  const found = rules.findIndex(holdsEverywhere);
  const rule = rules[found];
  const isOwn =
    isDeepStrictEqual(rule?.functions, [lambdaFunction]) && rule?.risks === undefined && rule?.namespaces === undefined;
  return { index: found === -1 ? rules.length : found, isOwn };
}

function promotedValue(before: Readonly<Record<string, unknown>>, place: Place, promotion: Promotion): unknown {
  const section = isObject(before.remediation) ? before.remediation : {};
  const rules = Array.isArray(section.rules) ? (section.rules as unknown[]) : [];
  const own = { functions: [promotion.lambdaFunction], mode: promotion.mode };
  const changed = place.isOwn
    ? rules.with(place.index, { ...(rules[place.index] as Rule), mode: promotion.mode })
    : rules.toSpliced(place.index, 0, own);
  return { ...before, remediation: { ...section, rules: changed } };
}

function editsOf(text: string, document: Document.Parsed, place: Place, promotion: Promotion): Edits {
  const comment = `# ${promotion.comment}`;
  const lines = [comment, `- ${ruleText(promotion)}`];
  const { contents } = document;
  const section = isMap(contents) ? pairOf(contents, 'remediation') : undefined;
  if (section === undefined) {
    if (isMap(contents) && contents.flow === true && contents.items.length > 0)
      return { obstacle: 'it is written in braces' };
    return [appended(text, ['remediation:', '  rules:', ...lines.map((line) => `    ${line}`)])];
  }
  if (!isMap(section.value)) return { obstacle: 'its remediation is not a map that stands there' };
  const rules = pairOf(section.value, 'rules');
  const above = rules === undefined || section.value.flow === true ? section : rules;
  if (rules === undefined)
    return withoutRules(text, section.value, lines, promotion, commentAbove(text, above, comment));
  if (!isSeq(rules.value)) return { obstacle: 'its rules are not a list that stands there' };
  if (place.isOwn) return changedMode(text, rules.value, place, promotion, comment, above);
  if (rules.value.flow === true)
    return [inBrackets(rules.value, place, ruleText(promotion)), commentAbove(text, above, comment)];
  return inList(text, rules, rules.value, place, lines);
}

function withoutRules(
  text: string,
  section: YAMLMap,
  lines: readonly string[],
  promotion: Promotion,
  above: Edit,
): Edits {
  if (section.flow === true) {
    const end = section.items.length === 0 ? ' ' : ',';
    return [{ offset: (section.range?.[0] ?? 0) + 1, text: ` rules: [${ruleText(promotion)}]${end}` }, above];
  }
  const first = offsetOf(section.items[0]);
  if (first === undefined) return { obstacle: 'its remediation has no key that could be read' };
  return [linesBefore(text, first, ['rules:', ...lines.map((line) => `  ${line}`)])];
}

function changedMode(
  text: string,
  rules: YAMLSeq,
  { index }: Place,
  { mode }: Promotion,
  comment: string,
  above: Pair,
): Edits {
  const rule = rules.items[index];
  const value = isMap(rule) ? pairOf(rule, 'mode')?.value : undefined;
  const range = isScalar(value) ? value.range : undefined;
  if (range === undefined || range === null) return { obstacle: 'the mode of the rule does not stand there itself' };
  const dash = rules.flow === true ? undefined : dashOf(rules, index);
  const said = dash === undefined ? commentAbove(text, above, comment) : linesBefore(text, dash, [comment]);
  return [{ offset: range[0], text: mode, replaced: range[1] - range[0] }, said];
}

function inBrackets({ items, range }: YAMLSeq, { index }: Place, rule: string): Edit {
  const [next, last] = [rangeOf(items[index]), rangeOf(items.at(-1))];
  if (next !== undefined) return { offset: next[0], text: `${rule}, ` };
  return last === undefined ? { offset: (range?.[0] ?? 0) + 1, text: rule } : { offset: last[1], text: `, ${rule}` };
}

// Behind the rule before it: what stands between two rules is about the second one.
function inList(text: string, { key }: Pair, rules: YAMLSeq, { index }: Place, lines: readonly string[]): Edits {
  const dash = dashOf(rules, 0);
  const before = index === 0 ? rangeOf(key)?.[1] : rangeOf(rules.items[index - 1])?.[1];
  if (dash === undefined || before === undefined) return { obstacle: 'its rules cannot be read' };
  const indent = ' '.repeat(dash - (text.lastIndexOf('\n', dash - 1) + 1));
  const end = text.indexOf('\n', text.slice(0, before).trimEnd().length);
  const lineEnd = lineEndOf(text);
  const added = lines.map((line) => `${indent}${line}`);
  return [
    end === -1
      ? { offset: text.length, text: added.map((line) => `${lineEnd}${line}`).join('') }
      : { offset: end + 1, text: added.map((line) => `${line}${lineEnd}`).join('') },
  ];
}

function appended(text: string, lines: readonly string[]): Edit {
  const lineEnd = lineEndOf(text);
  const start = text === '' || text.endsWith('\n') ? '' : lineEnd;
  return { offset: text.length, text: `${start}${lines.map((line) => `${line}${lineEnd}`).join('')}` };
}

function commentAbove(text: string, pair: Pair, comment: string): Edit {
  return linesBefore(text, offsetOf(pair) ?? 0, [comment]);
}

function dashOf({ srcToken }: YAMLSeq, index: number): number | undefined {
  const items = srcToken?.type === 'block-seq' ? srcToken.items : [];
  return items[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset;
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  const range = isObject(node) ? (node.range as readonly [number, number, number] | null | undefined) : undefined;
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}
