import type { Policy } from '../runbook/runbook.ts';
import { type Alert, type Labels, labelValue } from './alert.ts';

/** Labels that a scrape gives to all that it reads. Where Prometheus renamed a clash of namespaces, these are the exporter's. */
export const SCRAPE_LABELS: readonly string[] = [
  'namespace',
  'pod',
  'container',
  'service',
  'job',
  'endpoint',
  'instance',
];
const RENAMED = 'exported_';
/** Labels whose value may name the scraper. */
const SCRAPER_LABELS = [
  ...['pod', 'container', 'service', 'job', 'kubernetes_pod_name', 'kubernetes_name'],
  ...['k8s_pod_name', 'k8s_container_name'], // OpenTelemetry's
];
/** What goes with a scraper; job is always its own, since no reported object has one. */
const SCRAPER_COMPANIONS = ['job', 'instance', 'endpoint', 'uid', 'kubernetes_node'];

/** OpenTelemetry describes one resource by these: what stands beside the scraper's pod is the scraper's too. */
const RESOURCE_LABELS = [
  ...['k8s_namespace_name', 'k8s_container_name', 'k8s_node_name', 'k8s_pod_uid'],
  ...['k8s_deployment_name', 'k8s_replicaset_name', 'k8s_statefulset_name', 'k8s_daemonset_name'],
];

/** Components that report on the state of other objects. */
export interface Scrapers {
  /** Whether the value of a label names one. */
  readonly isNamedBy: (value: string) => boolean;
  /** Whether an alert is about one itself; its name comes with its words separated. */
  readonly isSubjectOf: (alertname: string) => boolean;
}

/**
 * The labels that describe what the alert is about: those of one family, without the exporter's or the scraper's own. Every
 * tier decides on these; events keep the alert as it came (docs/runbook.md).
 */
export function ownLabels(
  { scrapers }: Pick<Policy, 'scrapers'>,
  { alertname, labels }: Pick<Alert, 'alertname' | 'labels'>,
): Labels {
  const renamed = Object.keys(labels).filter((label) => label.startsWith(RENAMED));
  const ofScrape = [...exporterLabels(labels), ...scraperLabels(scrapers, labels)];
  if (renamed.length === 0 && ofScrape.length === 0) return labels;
  const name = separated(alertname);
  const dropped = new Set(scrapers.isSubjectOf(name) ? renamed : ofScrape);
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !dropped.has(label)));
}

function exporterLabels(labels: Labels): readonly string[] {
  return labelValue(labels, 'exported_namespace') === undefined ? [] : SCRAPE_LABELS;
}

function scraperLabels(scrapers: Scrapers, labels: Labels): string[] {
  const named = SCRAPER_LABELS.filter((name) => {
    const value = labelValue(labels, name);
    return value !== undefined && scrapers.isNamedBy(value);
  });
  if (named.length === 0) return [];
  // A container is one of the pod that stands beside it; a namespace that came by relabelling is that of its pod.
  const ofPod = named.includes('pod') ? ['container'] : [];
  const relabelled = named.includes('kubernetes_pod_name') ? ['kubernetes_namespace'] : [];
  const resource = named.includes('k8s_pod_name') ? RESOURCE_LABELS : [];
  return [...named, ...SCRAPER_COMPANIONS, ...ofPod, ...relabelled, ...resource];
}

/**
 * Scrapers by their names. The words of a name may be joined by any separator or none, with more before and behind. `alerts` are
 * other words for one in the names of alerts.
 */
export function scrapersNamed(
  scrapers: readonly { readonly name: string; readonly alerts?: readonly string[] }[],
): Scrapers {
  const named = anyOf(scrapers.map(({ name }) => name));
  const subjects = anyOf(scrapers.flatMap(({ name, alerts = [] }) => [name, ...alerts]));
  return { isNamedBy: (value) => named.test(value), isSubjectOf: (alertname) => subjects.test(alertname) };
}

export const NO_SCRAPERS = scrapersNamed([]);

// One pattern for all: every label of every alert meets it.
function anyOf(names: readonly string[]): RegExp {
  const patterns = names.map((name) => name.replaceAll('-', '[^a-z0-9]?'));
  return patterns.length === 0 ? /(?!)/ : new RegExp(`(?<![a-z0-9])(?:${patterns.join('|')})(?![a-z])`, 'i');
}

/** `KSMDown` → `KSM-Down`: a name may stand inside of a longer word by chance. */
function separated(alertname: string): string {
  return alertname.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-');
}
