import type { Labels } from '../../shared/alert/alert.ts';
import type { RunbookEntry } from '../../shared/runbook/runbook.ts';
import type { Random } from './random.ts';
import { labelValueFor, workloadName } from './values.ts';

/** How an exporter or a relabelling spells the same label. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  pod: ['exported_pod', 'pod_name'],
  namespace: ['exported_namespace', 'kubernetes_namespace'],
  name: ['exported_name'],
  node: ['kubernetes_node', 'nodename', 'hostname'],
  persistentvolumeclaim: ['pvc', 'exported_persistentvolumeclaim'],
  job_name: ['exported_job_name'],
  deployment: ['exported_deployment'],
};
const EXPORTED = 'exported_';
const CONTEXT =
  'cluster environment env region team tenant prometheus endpoint zone datacenter stage owner tier component project app_kubernetes_io_name receiver group source monitor'.split(
    ' ',
  );
const SCRAPE = ['namespace', 'pod', 'container', 'service', 'endpoint', 'job', 'instance'];
/** Situations about an object that kube-state-metrics reports on: what it is scraped from would lie about the target. */
const REPORTED = /^(pod-|replicas|rollout|load|claim|job-|certificate|flux|argocd)/;
/** Labels that tell how a pod is doing or who owns it; conditions of the policy ask for them. */
const OF_PODS = /^(pod-|replicas|load)/;
const STATES = ['reason', 'phase', 'owner_kind', 'created_by_kind', 'workload_type'];
const KEEP = [1, 1, 0.9, 0.7, 0.4];

/** Labels for one alert of the entry: some of its own dropped, aliased, and some context that means nothing. */
export function drawLabels(entry: RunbookEntry, random: Random): Record<string, string> {
  const keep = random.pick(KEEP);
  const keys = (entry.labels ?? []).filter(() => random.chance(keep));
  if (random.chance(0.75)) keys.push('severity');
  for (const key of CONTEXT) if (random.chance(0.05)) keys.push(key);
  if (!REPORTED.test(entry.situation) && random.chance(0.25)) keys.push(...SCRAPE);
  if (OF_PODS.test(entry.situation) && random.chance(0.125)) keys.push(random.pick(STATES));
  if (random.chance(0.12)) keys.push('instance');
  const workload = workloadName(entry.situation, random);
  const labels: Record<string, string> = {};
  for (const key of random.shuffle([...new Set(keys)])) {
    const own = entry.values?.[key];
    labels[key] = own !== undefined && random.chance(0.85) ? random.pick(own) : labelValueFor(key, workload, random);
  }
  return random.chance(0.2) ? aliased(labels, random) : labels;
}

/** Renames labels to an alias; with exported_ the exporter's own label of that name may stand beside it. */
function aliased(labels: Labels, random: Random): Record<string, string> {
  const renamed: Record<string, string> = {};
  const exporter = workloadName('component', random);
  for (const [key, value] of Object.entries(labels)) {
    const aliases = ALIASES[key];
    if (aliases === undefined || random.chance(0.4)) {
      renamed[key] ??= value;
      continue;
    }
    const alias = random.pick(aliases);
    renamed[alias] = value;
    if (alias.startsWith(EXPORTED) && random.chance(0.4)) renamed[key] = labelValueFor(key, exporter, random);
  }
  return renamed;
}
