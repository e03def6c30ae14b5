import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type YAMLMap } from 'yaml';
import { isObject } from '../../shared/json.ts';
import { contentOf, parseDocuments } from '../../shared/text/yaml.ts';
import { UserError } from '../verb.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An alerting rule, and where it is defined, in words. */
export interface Rule {
  readonly alert: string;
  readonly place: string;
  readonly fields: Fields;
}

/** A rule whose text is there. */
export interface WrittenRule extends Rule {
  readonly node: YAMLMap;
}

export interface RuleFile {
  readonly name: string;
  readonly text: string;
  readonly rules: readonly WrittenRule[];
}

/** What stands in braces. Cut short, and searched apart: together they would take the square of the length of a line of braces. */
const EXPRESSION = /\{\{-?\s{0,100}[^}\n]{0,1000}/g;
/** What only Helm's templates say: Prometheus' own name labels and values. */
const HELM = /\{\{-?\s*(?:`|"\{\{"|include\b)|(?<!\w)\.(?:Values|Release|Chart|Capabilities|Files)\b/;

/**
 * The alerting rules of a file: a rule file of Prometheus, PrometheusRules of its operator, or a List of them; YAML or JSON.
 *
 * @throws {UserError} where it is not YAML, is a template, or has no alerting rule
 */
export function parseRuleFile(text: string, name: string): RuleFile {
  const template = templateAt(text);
  if (template !== undefined) {
    const line = text.slice(0, template).split('\n').length;
    throw new UserError(
      `${name}:${line}: this is a template of Helm, not a rule file`,
      'give what helm template makes',
    );
  }
  const counter = new LineCounter();
  const documents = parseDocuments(text, { lineCounter: counter });
  const [error] = documents.flatMap((document) => document.errors);
  if (error !== undefined) {
    const { line } = counter.linePos(error.pos[0]);
    throw new UserError(`${name}:${line}: ${error.message}`, 'a rule file is YAML');
  }
  const rules = documents.flatMap((document) => rulesIn(document, counter, name));
  if (rules.length > 0) return { name, text, rules };
  throw new UserError(`${name} holds no alerting rule`, 'it needs "groups" with "rules", or "spec" with them');
}

function templateAt(text: string): number | undefined {
  for (const { 0: expression, index } of text.matchAll(EXPRESSION)) if (HELM.test(expression)) return index;
  return undefined;
}

function rulesIn(document: Document.Parsed, counter: LineCounter, file: string): WrittenRule[] {
  return ruleNodes(document, document.contents).flatMap((node) => {
    const fields = contentOf(document, node);
    const { line } = counter.linePos(node.range?.[0] ?? 0);
    if (fields instanceof Error)
      throw new UserError(`${file}:${line}: ${fields.message}`, 'write it with fewer aliases');
    if (!isObject(fields) || typeof fields.alert !== 'string') return [];
    return [{ alert: fields.alert, place: `${file}:${line}`, fields, node }];
  });
}

// By aliases a list may hold itself, and one group be named more often than anybody can count.
function ruleNodes(document: Document, content: unknown): YAMLMap[] {
  const items = member(document, content, 'items');
  const objects = items === undefined ? [content] : different(members(document, items));
  const groups = different(
    objects.flatMap((object) =>
      members(document, member(document, member(document, object, 'spec') ?? object, 'groups')),
    ),
  );
  const rules = different(groups.flatMap((group) => members(document, member(document, group, 'rules'))));
  return rules.filter(isMap);
}

function different(nodes: readonly unknown[]): unknown[] {
  return [...new Set(nodes)];
}

function members(document: Document, node: unknown): unknown[] {
  return isSeq(node) ? node.items.map((item) => resolved(document, item)) : [];
}

function member(document: Document, node: unknown, key: string): unknown {
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  return resolved(document, pair?.value);
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : (node ?? undefined);
}
