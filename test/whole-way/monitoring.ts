/** Debian's Prometheus and Alertmanager, which has the project's own configuration. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { launch, untilReady } from '../integration/prometheus.ts';
import { freePort, ROOT } from '../support/function.ts';

const EXPRESSION = 'http_requests_per_second / on (namespace, deployment) (kube_deployment_status_replicas > 0) > 100';
const RULES = [
  {
    alert: 'DeploymentSaturated',
    expr: `(${EXPRESSION}) and on (namespace) http_requests_per_second{namespace!="kube-system"}`,
    for: '2s',
    labels: { severity: 'warning' },
    annotations: { summary: '{{ $labels.deployment }} has {{ $value }} requests a second for each replica' },
  },
  {
    alert: 'SystemDeploymentSaturated',
    expr: `(${EXPRESSION}) and on (namespace) http_requests_per_second{namespace="kube-system"}`,
    labels: { severity: 'warning' },
    annotations: { lambda_function: 'scale-deployment', lambda_parameters: '{"replicas": "+1"}' },
  },
];

export interface Monitoring {
  output(): string;
  stop(): Promise<void>;
}

/** Starts both: what the exporter shows is scraped each second, and what fires goes to alert-router. */
export async function startMonitoring(exporter: string, alertRouter: string, folder: string): Promise<Monitoring> {
  const [prometheus, alertmanager] = [await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const write = (name: string, content: unknown) => writeFileSync(join(folder, name), stringify(content));
  write('rules.yml', { groups: [{ name: 'load', rules: RULES }] });
  write('prometheus.yml', prometheusConfig(exporter, alertmanager ?? ''));
  write('alertmanager.yml', alertmanagerConfig(alertRouter, folder));
  const started = [
    launch('prometheus-alertmanager', [
      ...[`--config.file=${folder}/alertmanager.yml`, `--storage.path=${folder}/alertmanager`],
      ...[`--web.listen-address=${alertmanager}`, '--cluster.listen-address='],
    ]),
    launch('prometheus', [
      ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/prometheus`],
      ...[`--web.listen-address=${prometheus}`, '--rules.alert.resend-delay=1s'],
    ]),
  ];
  const output = () => started.map((each) => each.output()).join('\n');
  await untilReady(`http://${alertmanager}/-/ready`, output);
  await untilReady(`http://${prometheus}/-/ready`, output);
  return {
    output,
    stop: async () => void (await Promise.all(started.map((each) => each.stop()))),
  };
}

function prometheusConfig(exporter: string, alertmanager: string) {
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: [{ job_name: 'exporter', honor_labels: true, static_configs: [{ targets: [exporter] }] }],
  };
}

/** deploy/alertmanager/alertmanager.yml; only where things are differs, and that it waits less. */
function alertmanagerConfig(alertRouter: string, folder: string): unknown {
  const text = readFileSync(join(ROOT, 'deploy/alertmanager/alertmanager.yml'), 'utf8')
    .replace('http://alert-router.agent-sre.svc.cluster.local/', `${alertRouter}/`)
    .replace('/etc/alertmanager/agent-sre-token', join(folder, 'secrets/agent-sre-webhook/token'))
    .replace('group_wait: 10s', 'group_wait: 0s')
    .replace('group_interval: 1m', 'group_interval: 1s');
  return parse(text);
}
