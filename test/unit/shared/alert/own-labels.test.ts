import { describe, expect, it } from 'vitest';
import type { Labels } from '../../../../shared/alert/alert.ts';
import { ownLabels, scrapersNamed } from '../../../../shared/alert/own-labels.ts';

const policy = {
  scrapers: scrapersNamed([
    { name: 'kube-state-metrics', alerts: ['ksm'] },
    { name: 'x509-certificate-exporter', alerts: ['x509-exporter'] },
  ]),
};

function own(alertname: string, labels: Labels): Labels {
  const { alertname: _, ...rest } = ownLabels(policy, { alertname, labels: { alertname, ...labels } });
  return rest;
}

const scraped = { job: 'kube-state-metrics', instance: '10.42.0.38:8080', endpoint: 'http', uid: '537cadde' };

describe('the labels of an exporter', () => {
  it.each<[string, Labels, Labels]>([
    [
      'go where Prometheus has renamed a clash of namespaces',
      {
        namespace: 'monitoring',
        pod: 'exporter-0',
        container: 'exporter',
        service: 'exporter',
        exported_namespace: 'shop',
      },
      { exported_namespace: 'shop' },
    ],
    [
      'go also where the namespace is not there any more',
      { pod: 'exporter-0', job: 'exporter', instance: '10.1.2.3:80', exported_namespace: 'shop' },
      { exported_namespace: 'shop' },
    ],
    [
      'go, and what no scrape sets stays',
      { namespace: 'monitoring', exported_namespace: 'shop', exported_pod: 'web-1', deployment: 'web', name: 'a' },
      { exported_namespace: 'shop', exported_pod: 'web-1', deployment: 'web', name: 'a' },
    ],
    [
      'stay where only another label was renamed: the namespace is one',
      { namespace: 'ingress', pod: 'proxy-0', service: 'proxy', exported_service: 'web' },
      { namespace: 'ingress', pod: 'proxy-0', service: 'proxy', exported_service: 'web' },
    ],
    [
      'stay where the renamed one is empty',
      { namespace: 'shop', exported_namespace: '' },
      { namespace: 'shop', exported_namespace: '' },
    ],
  ])('%s', (_, labels, expected) => {
    expect(own('A', labels)).toEqual(expected);
  });
});

describe('the labels of a scraper', () => {
  it.each<[string, Labels, Labels]>([
    [
      'go with where it was reached',
      { ...scraped, namespace: 'shop', pod: 'web-1' },
      { namespace: 'shop', pod: 'web-1' },
    ],
    [
      'go where the service alone names it',
      { namespace: 'shop', pod: 'web-1', container: 'web', service: 'kps-kube-state-metrics', instance: '10.1.2.3:80' },
      { namespace: 'shop', pod: 'web-1', container: 'web' },
    ],
    [
      'go whatever else the scrape is called',
      {
        namespace: 'shop',
        deployment: 'web',
        pod: 'kube-state-metrics-0',
        job: 'kubernetes-endpoints',
        container: 'main',
      },
      { namespace: 'shop', deployment: 'web' },
    ],
    [
      'go with the namespace that relabelling gave its pod',
      { deployment: 'web', kubernetes_pod_name: 'kube-state-metrics-0', kubernetes_namespace: 'monitoring' },
      { deployment: 'web' },
    ],
    [
      'go with all that OpenTelemetry says of its pod',
      {
        namespace: 'shop',
        pod: 'web-1',
        k8s_pod_name: 'kube-state-metrics-0',
        k8s_namespace_name: 'monitoring',
        k8s_deployment_name: 'kube-state-metrics',
        k8s_node_name: 'n1',
      },
      { namespace: 'shop', pod: 'web-1' },
    ],
    [
      'of another component stay',
      { namespace: 'shop', pod: 'web-1', job: 'web' },
      { namespace: 'shop', pod: 'web-1', job: 'web' },
    ],
  ])('%s', (_, labels, expected) => {
    expect(own('KubeJobNotCompleted', labels)).toEqual(expected);
  });

  it.each([
    'kube-state-metrics',
    'kps-kube-state-metrics-6c4b9d5f7-x2x7k',
    'monitoring/kube-state-metrics',
    'integrations/kubernetes/kube-state-metrics',
    'kube_state_metrics',
    'KubeStateMetrics',
    'x509-certificate-exporter-7c9f8d5b6-x2x7k',
  ])('are those like %j', (pod) => {
    expect(own('A', { pod })).toEqual({});
  });

  it.each(['web', 'kube-state', 'kube-state-metricsx', 'mykube-state-metrics', 'certificate-exporter'])(
    'are not those like %j',
    (pod) => {
      expect(own('A', { pod })).toEqual({ pod });
    },
  );

  it.each<[string, boolean]>([
    ['KubeStateMetricsListErrors', true],
    ['kube_state_metrics_down', true],
    ['KSMWatchErrors', true],
    ['KubeJobFailed', false],
    ['DiskSMARTFailure', false],
    ['TargetDown', false],
  ])('stay where the alert is named after it: %s %j', (alertname, stays) => {
    const labels = { ...scraped, namespace: 'monitoring', pod: 'kube-state-metrics-0' };
    expect(own(alertname, labels)).toEqual(stays ? labels : { namespace: 'monitoring' });
  });

  it('and not those of what it reports on, where the alert is about the scraper', () => {
    const labels = {
      namespace: 'monitoring',
      pod: 'kube-state-metrics-0',
      exported_namespace: 'shop',
      exported_pod: 'web-1',
    };
    expect(own('KubeStateMetricsDown', labels)).toEqual({ namespace: 'monitoring', pod: 'kube-state-metrics-0' });
  });
});
