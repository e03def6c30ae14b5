import { isObject } from '../shared/json.ts';
import { type Problem, parseYaml } from '../shared/text/document.ts';
import { UserError } from './verb.ts';

type Fields = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

/**
 * The alerts that the rules of a file would fire: a rule file of Prometheus, or PrometheusRules of its operator. Nobody knows
 * the labels of the series, so those that a rule names get made-up values.
 *
 * @throws {UserError}
 */
export function alertsOfRules(text: string, name: string): Fields[] {
  const problems: Problem[] = [];
  const documents = parseYaml(name, text, problems);
  const [problem] = problems;
  if (problem !== undefined) throw new UserError(`${name}:${problem.line}: ${problem.message}`, 'a rule file is YAML');
  const alerts = documents.flatMap(({ content }) => rulesOf(content)).map(firedBy);
  if (alerts.length > 0) return alerts;
  throw new UserError(`${name} holds no alerting rule`, 'it needs "groups" with "rules", or "spec" with them');
}

function rulesOf(content: unknown): Fields[] {
  if (!isObject(content)) return [];
  if (Array.isArray(content.items)) return content.items.flatMap(rulesOf);
  const { groups } = isObject(content.spec) ? content.spec : content;
  const rules = listOf(groups).flatMap((group) => listOf(group.rules));
  return rules.filter((rule) => typeof rule.alert === 'string');
}

function firedBy({ alert, expr, labels, annotations }: Fields): Fields {
  const own = textsOf(labels);
  const described = textsOf(annotations);
  const series = seriesLabels(String(expr ?? ''), [...Object.values(own), ...Object.values(described)].join('\n'));
  const filled = (texts: Labels) => mapValues(texts, (text) => fill(text, series));
  return {
    labels: { ...series, ...filled(own), alertname: String(alert) },
    annotations: filled(described),
    status: 'firing',
  };
}

/** The labels that are left after the expression, as far as its text tells: an aggregation keeps those of its `by`. */
function seriesLabels(expr: string, templates: string): Labels {
  const kept = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(','));
  const named = [...templates.matchAll(/(?:\$labels|\.Labels)\.([a-zA-Z_]\w*)/g)].map(([, label = '']) => label);
  const matchers = new Map(
    [...expr.matchAll(/\b([a-zA-Z_]\w*)\s*=\s*"([^"\\]*)"/g)].map(([, k = '', v = '']) => [k, v]),
  );
  const names = [...named, ...kept.map((label) => label.trim()), ...(kept.length === 0 ? matchers.keys() : [])];
  const labels = names.filter((label) => /^[a-zA-Z_]\w*$/.test(label) && label !== '__name__');
  return Object.fromEntries(labels.map((label) => [label, matchers.get(label) || madeUp(label)]));
}

function madeUp(label: string): string {
  return `some-${label.replaceAll('_', '-')}`;
}

/** Prometheus' templates as far as they name a label or the value; anything else is left out. */
function fill(template: string, labels: Labels): string {
  return template.replace(/\{\{(.*?)\}\}/gs, (_, action: string) => {
    const [, label] = /(?:\$labels|\.Labels)\.([a-zA-Z_]\w*)/.exec(action) ?? [];
    if (label !== undefined) return labels[label] ?? '';
    return /\$value|\.Value/.test(action) ? '1' : '';
  });
}

function textsOf(value: unknown): Labels {
  return mapValues(isObject(value) ? value : {}, String);
}

function mapValues<Value>(values: Readonly<Record<string, Value>>, change: (value: Value) => string): Labels {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
