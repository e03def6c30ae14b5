/** NetworkPolicies: nothing in and nothing out but what the chain needs. */
import { labelsOf, type Manifest, PART_OF, podsOf } from './kubernetes.ts';

const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
// The activator and the autoscaler; the local gateway of Kourier, Contour or Istio, whichever the cluster has.
const KNATIVE = ['knative-serving', 'kourier-system', 'contour-internal', 'istio-system'];
const QUEUE_PROXY_PORTS = [8012, 8013, 8022, 9090, 9091];
const METRICS_PORT = 8080;

export function networkPolicies(lambdas: readonly string[]): Manifest[] {
  return [
    policy('deny-all', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
    policy('from-knative', {
      podSelector: { matchLabels: PART_OF },
      policyTypes: ['Ingress'],
      ingress: [{ from: [inNamespaces(KNATIVE)], ports: tcp(...QUEUE_PROXY_PORTS) }],
    }),
    policy('from-prometheus', {
      podSelector: { matchLabels: PART_OF },
      policyTypes: ['Ingress'],
      ingress: [{ from: [inNamespaces(['monitoring'])], ports: tcp(METRICS_PORT) }],
    }),
    policy('to-dns-and-broker', {
      podSelector: { matchLabels: PART_OF },
      policyTypes: ['Egress'],
      egress: [
        { to: [inNamespaces(['kube-system'])], ports: [...udp(53), ...tcp(53)] },
        { to: [inNamespaces(['knative-eventing', ...KNATIVE])] },
      ],
    }),
    policy('emit-trigger-to-ledger', {
      podSelector: { matchLabels: podsOf('emit-trigger') },
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'valkey' } } }], ports: tcp(6379) }],
    }),
    // The address of the API server is the cluster's; a policy cannot select it by name.
    policy('lambdas-to-api-server', {
      podSelector: { matchExpressions: [{ key: 'serving.knative.dev/service', operator: 'In', values: lambdas }] },
      policyTypes: ['Egress'],
      egress: [{ ports: tcp(443, 6443) }],
    }),
  ];
}

function policy(name: string, spec: Readonly<Record<string, unknown>>): Manifest {
  return {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    metadata: { name, labels: labelsOf(name, 'network') },
    spec,
  };
}

function inNamespaces(values: readonly string[]) {
  return { namespaceSelector: { matchExpressions: [{ key: NAMESPACE_NAME, operator: 'In', values }] } };
}

function tcp(...ports: readonly number[]) {
  return ports.map((port) => ({ protocol: 'TCP', port }));
}

function udp(...ports: readonly number[]) {
  return ports.map((port) => ({ protocol: 'UDP', port }));
}
