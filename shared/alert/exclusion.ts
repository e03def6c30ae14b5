import type { Policy } from '../runbook/runbook.ts';
import { type Alert, type Labels, labelValue } from './alert.ts';

/** Why nothing may be done for an alert, whatever it contains and whichever tier is asked. */
export const EXCLUSIONS = ['opted_out', 'not_measured', 'other_cluster'] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

/** The annotation that names the function to call, or says that none is. */
export const FUNCTION_ANNOTATION = 'lambda_function';
/** The same with a slip: such a key calls nothing, but a no stays one. */
const NEARLY = /^\s*lambda[-_. ]?function\s*$/i;

const OPT_OUT = new Set(['none', 'no', 'off', 'false', 'disabled', 'manual']);
/** Grafana's word for why an alert is in its state, and the values that say that the query gave no answer. */
const STATE_REASON = 'grafana_state_reason';
const NOT_MEASURED = /(?:^|[^a-z])(?:error|no[ _-]?data)(?:[^a-z]|$)/i;
const NOT_MEASURED_NAMES = new Set(['datasourceerror', 'datasourcenodata']);

/** The first reason why the alert gets no action, or undefined. It comes before every tier, and again before a call goes out. */
export function exclusionOf({ clusters }: Pick<Policy, 'clusters'>, alert: Alert): Exclusion | undefined {
  if (functionTexts(alert).some(isOptOut)) return 'opted_out';
  if (isNotMeasured(alert)) return 'not_measured';
  const cluster = labelValue(alert.labels, 'cluster');
  return clusters.size > 0 && cluster !== undefined && !clusters.has(cluster) ? 'other_cluster' : undefined;
}

/** An annotation's text without surrounding whitespace. */
export function annotationText(alert: Alert, name: string): string | undefined {
  return labelValue(alert.annotations, name)?.trim() || undefined;
}

/**
 * What an alert says of its function, in each place that may opt it out: annotations and labels, its own and those of its
 * group. An annotation that is there and empty says something, as YAML's null does; an empty label is none.
 */
export function functionTexts({ annotations, commonAnnotations = {}, labels, commonLabels = {} }: Alert): string[] {
  const labelled = [...functionValues(labels), ...functionValues(commonLabels)].filter((text) => text !== '');
  return [...functionValues(annotations), ...functionValues(commonAnnotations), ...labelled];
}

function functionValues(map: Labels): string[] {
  return Object.keys(map)
    .filter((name) => NEARLY.test(name))
    .map((name) => (map[name] ?? '').trim());
}

function isOptOut(text: string): boolean {
  const word = text.normalize('NFKC').replaceAll(/["'`\u2018-\u201f\p{Cf}]/gu, '');
  return OPT_OUT.has(word.trim().toLowerCase());
}

function isNotMeasured({ alertname, labels, annotations }: Alert): boolean {
  if (NOT_MEASURED_NAMES.has(alertname.toLowerCase())) return true;
  return [labels, annotations].some((map) =>
    Object.entries(map).some(([name, value]) => name.toLowerCase() === STATE_REASON && NOT_MEASURED.test(value)),
  );
}
