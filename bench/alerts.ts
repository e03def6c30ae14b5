/** The alerts of the benchmark: each its own, alike in size to real ones. */
import type { Request } from './load.ts';

export type Path = 'static' | 'rules';

export interface BenchAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The subject of the lambda trigger that it leads to. */
  readonly subject: string;
}

/** Alert number `index` of a path. */
export function benchAlert(path: Path, index: number): BenchAlert {
  const common = { severity: 'warning', cluster: 'home', prometheus: 'monitoring/k8s', job: 'kube-state-metrics' };
  switch (path) {
    case 'static': {
      const name = `app-${index}`;
      const written = JSON.stringify({ name, namespace: 'team-a' });
      return {
        labels: {
          ...common,
          alertname: 'FluxKustomizationNotReady',
          namespace: 'flux-system',
          exported_namespace: 'team-a',
          name,
        },
        annotations: {
          summary: `Kustomization team-a/${name} has not been ready for ten minutes`,
          ...{ lambda_function: 'flux-reconcile-kustomization', lambda_parameters: written },
        },
        subject: `team-a/${name}`,
      };
    }
    case 'rules': {
      const pod = `checkout${index}`;
      return {
        labels: { ...common, alertname: 'KubePodCrashLooping', namespace: 'shop', pod, container: 'checkout' },
        annotations: {
          summary: 'Pod is crash looping',
          description: `Pod shop/${pod} (checkout) is in CrashLoopBackOff`,
        },
        subject: `shop/${pod}`,
      };
    }
    default:
      return path satisfies never;
  }
}

/** The alert as an event has it. */
export function firing({ labels, annotations }: BenchAlert) {
  const generatorURL = 'http://prometheus.monitoring:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1';
  const times = { startsAt: '2026-11-23T02:31:12.345Z', endsAt: '0001-01-01T00:00:00Z' };
  return { status: 'firing', alertname: labels.alertname, labels, annotations, ...times, generatorURL };
}

/** Alertmanager's webhook with these alerts. */
export function webhookOf(alerts: readonly BenchAlert[]): Request {
  const payload = {
    ...{ version: '4', groupKey: '{}:{}', truncatedAlerts: 0, status: 'firing', receiver: 'agent-sre' },
    ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'http://alertmanager:9093' },
    alerts: alerts.map(firing),
  };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) };
}
