import type { Alert, Labels } from '../../shared/alert/alert.ts';
import type { Random } from '../../training/data/random.ts';

/** Labels of who measured, who owns or where it runs, with values as they occur; none describes what the alert is about. */
export const CONTEXT: Readonly<Record<string, readonly string[]>> = {
  prometheus: ['monitoring/k8s', 'monitoring/kube-prometheus-stack-prometheus', 'openshift-monitoring/k8s'],
  prometheus_replica: ['prometheus-k8s-0', 'prometheus-k8s-1'],
  prometheus_cluster: ['eu-1', 'us-2'],
  replica: ['A', 'B', '0'],
  thanos_ruler_replica: ['thanos-ruler-0', 'thanos-ruler-1'],
  receive: ['true'],
  tenant: ['default', 'team-a', 'customer-17'],
  tenant_id: ['default-tenant', 'c0ffee'],
  monitor: ['master', 'codelab'],
  alertgroup: ['general.rules', 'kubernetes-apps'],
  alertsource: ['vmalert', 'mimir-ruler'],
  rule_group: ['/etc/prometheus/rules/apps.yaml;apps'],
  grafana_folder: ['Platform', 'SRE / Kubernetes', 'Applications'],
  __alert_rule_uid__: ['fdk3s9x0a1b2c', 'ceh7p2m9q0s1e'],
  __alert_rule_namespace_uid__: ['bdh2k7f9s3t4u'],
  ref_id: ['A', 'C'],
  helm_sh_chart: ['kube-state-metrics-5.27.0', 'app-1.4.2', 'prometheus-node-exporter-4.43.1'],
  app_kubernetes_io_instance: ['kube-prometheus-stack', 'prod', 'main'],
  app_kubernetes_io_component: ['metrics', 'server', 'exporter'],
  app_kubernetes_io_managed_by: ['Helm', 'argocd'],
  app_kubernetes_io_part_of: ['kube-state-metrics', 'platform', 'monitoring'],
  app_kubernetes_io_version: ['2.14.0', '1.9.1'],
  pod_template_hash: ['6d9f7c8b5', '79cbf4'],
  metrics_path: ['/metrics', '/metrics/cadvisor'],
  scrape_interval: ['30s', '1m'],
  team: ['platform', 'payments', 'sre', 'data'],
  squad: ['blue', 'checkout'],
  area: ['kaas', 'empowerment', 'managed-services'],
  owner: ['jane.doe', 'team-orders'],
  department: ['retail', 'it-ops'],
  business_unit: ['logistics', 'b2b'],
  cost_center: ['4711', 'CC-20'],
  cluster: ['prod-eu-west-1', 'lab', 'main'],
  cluster_id: ['g8s7d', '0f1e2d3c'],
  cluster_name: ['prod', 'edge-17'],
  cluster_type: ['workload_cluster', 'management_cluster'],
  installation: ['gaia', 'north'],
  customer: ['acme', 'internal'],
  organization: ['acme-prod', 'giant'],
  pipeline: ['stable', 'testing'],
  provider: ['capa', 'aws', 'vsphere'],
  region: ['eu-central-1', 'westeurope'],
  availability_zone: ['eu-central-1a', '2'],
  datacenter: ['fra1', 'dc2'],
  environment: ['production', 'staging'],
  env: ['prod', 'dev'],
  stage: ['prd', 'int'],
  tier: ['gold', '1', 'infra'],
  sla: ['24x7', 'office-hours'],
  slack_channel: ['#alerts-platform', 'oncall'],
  pagerduty_service: ['platform-high', 'apps-low'],
  all_pipelines: ['true'],
  cancel_if_outside_working_hours: ['true', 'false'],
};
const MOST = 10;

/** The labels of kube-state-metrics name the object that it reports on; it is scraped at a pod of its own. */
const REPORTED = [
  'deployment',
  'statefulset',
  'daemonset',
  'job_name',
  'persistentvolumeclaim',
  'pod',
  'cronjob',
  'horizontalpodautoscaler',
  'customresource_kind',
  'condition',
];
/** Who was scraped, by one of these, rules out that kube-state-metrics was. */
const SCRAPED = ['job', 'instance', 'service', 'endpoint'];

/** Adds one to ten labels that do not change what the alert is about; none that it has is touched. */
export function addFieldLabels(alert: Alert, random: Random): Alert {
  const offered = { ...drawContext(random), ...(isReported(alert.labels) ? reporterLabels(random) : {}) };
  const names = random.shuffle(Object.keys(offered)).filter((name) => alert.labels[name] === undefined);
  const added = names.slice(0, 1 + random.below(MOST)).map((name) => [name, offered[name] ?? ''] as const);
  return { ...alert, labels: { ...alert.labels, ...namingReporter(Object.fromEntries(added), alert.labels) } };
}

function drawContext(random: Random): Record<string, string> {
  const names = random.shuffle(Object.keys(CONTEXT)).slice(0, MOST);
  return Object.fromEntries(names.map((name) => [name, random.pick(CONTEXT[name] ?? [''])]));
}

function isReported(labels: Labels): boolean {
  return REPORTED.some((name) => name in labels) && !SCRAPED.some((name) => name in labels);
}

function reporterLabels(random: Random): Record<string, string> {
  const release = random.pick(['', 'kube-prometheus-stack-', 'prom-']);
  const name = `${release}kube-state-metrics`;
  return {
    job: 'kube-state-metrics',
    service: name,
    container: 'kube-state-metrics',
    endpoint: random.pick(['http', 'http-metrics', 'main']),
    instance: `10.${random.below(256)}.${random.below(256)}.${random.below(256)}:8080`,
    pod: `${name}-${random.pick(['6c9d7f8b5d-x2k7q', '78c4b5f6d9-m4wzt', '5f8d6b7c9c-q8hjp'])}`,
  };
}

// An endpoint or an instance without the name of what was scraped would be that of anything: they come with it.
function namingReporter(added: Record<string, string>, labels: Labels): Record<string, string> {
  const namesReporter = ['job', 'service', 'container', 'pod'].some((name) => name in added);
  if (namesReporter || !('instance' in added || 'endpoint' in added)) return added;
  return 'job' in labels ? added : { ...added, job: 'kube-state-metrics' };
}
