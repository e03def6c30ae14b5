import { labelValue } from '../../shared/alert/alert.ts';
import { madeUpValue } from '../../shared/alert/made-up.ts';
import { isObject } from '../../shared/json.ts';

type Fields = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

/** An alert with made-up values. */
export interface FiredAlert {
  readonly [key: string]: unknown;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly status: 'firing';
}

/** The alert that a rule fires. Nobody knows the labels of its series, so those that it names get made-up values. */
export function firedBy({ alert, expr, labels, annotations }: Fields): FiredAlert {
  const own = textsOf(labels);
  const described = textsOf(annotations);
  const series = seriesLabels(
    isScalar(expr) ? String(expr) : '',
    [...Object.values(own), ...Object.values(described)].join('\n'),
  );
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
  return Object.fromEntries(labels.map((label) => [label, matchers.get(label) || madeUpValue(label)]));
}

/** Prometheus' templates as far as they name a label or the value, which is made up; anything else is left out. */
export function fill(template: string, labels: Labels): string {
  return template.replace(/\{\{(.*?)\}\}/gs, (_, action: string) => {
    const [, label] = /(?:\$labels|\.Labels)\.([a-zA-Z_]\w*)/.exec(action) ?? [];
    if (label !== undefined) return labelValue(labels, label) ?? '';
    return /\$value|\.Value/.test(action) ? '1' : '';
  });
}

/** Only what names a label and nothing else is filled in: a made-up value must not become a parameter. */
export function fillLabels(template: string, labels: Labels): string {
  return template.replace(
    /\{\{\s*(?:\$labels|\.Labels)\.([a-zA-Z_]\w*)\s*\}\}/g,
    (_, label: string) => labelValue(labels, label) ?? '',
  );
}

/** A map of texts; null is empty text, as Prometheus reads it, and a list or a map is left out. */
export function textsOf(value: unknown): Labels {
  const scalars = Object.entries(isObject(value) ? value : {}).filter(([, item]) => item === null || isScalar(item));
  return mapValues(Object.fromEntries(scalars), (item) => String(item ?? ''));
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function mapValues<Value>(values: Readonly<Record<string, Value>>, change: (value: Value) => string): Labels {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}
