import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml';
import { isObject } from '../../shared/json.ts';
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

/** What only Helm's templates say: Prometheus' own name labels and values. */
const HELM = /\{\{-?\s*(?:`|"\{\{"|include\b|[^}\n]*(?<!\w)\.(?:Values|Release|Chart|Capabilities|Files)\b)/;

/**
 * The alerting rules of a file: a rule file of Prometheus, PrometheusRules of its operator, or a List of them; YAML or JSON.
 *
 * @throws {UserError} where it is not YAML, is a template, or has no alerting rule
 */
export function parseRuleFile(text: string, name: string): RuleFile {
  const template = HELM.exec(text);
  if (template !== null) {
    const line = text.slice(0, template.index).split('\n').length;
    throw new UserError(
      `${name}:${line}: this is a template of Helm, not a rule file`,
      'give what helm template makes',
    );
  }
  const counter = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: counter, uniqueKeys: true })];
  const [error] = documents.flatMap((document) => document.errors);
  if (error !== undefined) {
    const { line } = counter.linePos(error.pos[0]);
    throw new UserError(`${name}:${line}: ${error.message.split('\n')[0]}`, 'a rule file is YAML');
  }
  const rules = documents.flatMap((document) => rulesIn(document, counter, name));
  if (rules.length > 0) return { name, text, rules };
  throw new UserError(`${name} holds no alerting rule`, 'it needs "groups" with "rules", or "spec" with them');
}

function rulesIn(document: Document.Parsed, counter: LineCounter, file: string): WrittenRule[] {
  return ruleNodes(document, document.contents).flatMap((node) => {
    const fields: unknown = node.toJS(document);
    if (!isObject(fields) || typeof fields.alert !== 'string') return [];
    const { line } = counter.linePos(node.range?.[0] ?? 0);
    return [{ alert: fields.alert, place: `${file}:${line}`, fields, node }];
  });
}

function ruleNodes(document: Document, content: unknown): YAMLMap[] {
  const items = member(document, content, 'items');
  if (items !== undefined) return members(document, items).flatMap((item) => ruleNodes(document, item));
  const groups = member(document, member(document, content, 'spec') ?? content, 'groups');
  const rules = members(document, groups).flatMap((group) => members(document, member(document, group, 'rules')));
  return rules.filter(isMap);
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
