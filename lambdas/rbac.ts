/** What each Lambda may ask of the API server: least privilege, from one table; test/kubernetes/ compares it with the calls. */
import type { Verb } from './kit/api.ts';
import { RESOURCES, type Resource } from './kit/resources.ts';

/** A rule of a ClusterRole, on one kind. */
export interface Rule {
  readonly resource: Resource;
  readonly subresource?: string;
  readonly verbs: readonly Verb[];
}

const EVENTS = rule(RESOURCES.events, 'list');

/** By the name of the Lambda. */
export const RULES: Readonly<Record<string, readonly Rule[]>> = {
  'flux-reconcile-kustomization': [rule(RESOURCES.kustomizations, 'get', 'patch')],
  'flux-reconcile-gitrepository': [rule(RESOURCES.gitRepositories, 'get', 'patch')],
  'flux-reconcile-helmrelease': [rule(RESOURCES.helmReleases, 'get', 'patch')],
  'argocd-sync-application': [rule(RESOURCES.applications, 'get', 'patch')],
  'pod-restart': [
    rule(RESOURCES.pods, 'get'),
    { ...rule(RESOURCES.pods, 'create'), subresource: 'eviction' },
    rule(RESOURCES.replicaSets, 'get'),
    rule(RESOURCES.deployments, 'get', 'patch'),
    rule(RESOURCES.daemonSets, 'get', 'patch'),
  ],
  'rollout-undo': [
    rule(RESOURCES.deployments, 'get', 'patch'),
    rule(RESOURCES.daemonSets, 'get', 'patch'),
    rule(RESOURCES.replicaSets, 'list'),
    rule(RESOURCES.controllerRevisions, 'list'),
  ],
  'scale-deployment': [rule(RESOURCES.deployments, 'get', 'patch'), rule(RESOURCES.autoscalers, 'list')],
  'job-rerun': [rule(RESOURCES.jobs, 'get', 'create')],
  'certificate-renew': [
    rule(RESOURCES.certificates, 'get', 'patch'),
    { ...rule(RESOURCES.certificates, 'patch'), subresource: 'status' },
  ],
  'node-cordon': [rule(RESOURCES.nodes, 'get', 'list', 'patch')],
  'pod-check-status': [
    rule(RESOURCES.pods, 'get', 'list'),
    { ...rule(RESOURCES.pods, 'get'), subresource: 'log' },
    rule(RESOURCES.replicaSets, 'get'),
    rule(RESOURCES.podMetrics, 'get'),
    EVENTS,
  ],
  'check-pvc-status': [
    rule(RESOURCES.claims, 'get'),
    rule(RESOURCES.volumes, 'get'),
    rule(RESOURCES.storageClasses, 'get'),
    rule(RESOURCES.pods, 'list'),
    EVENTS,
  ],
  'node-check-status': [
    rule(RESOURCES.nodes, 'list'),
    rule(RESOURCES.nodeMetrics, 'get'),
    rule(RESOURCES.pods, 'list'),
    EVENTS,
  ],
};

/** The ClusterRole of a Lambda, as Kubernetes takes it. */
export function clusterRoleOf(name: string) {
  const rules = (RULES[name] ?? []).map(({ resource, subresource, verbs }) => ({
    apiGroups: [resource.group],
    resources: [subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`],
    verbs,
  }));
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: `agent-sre-${name}` },
    rules,
  };
}

function rule(resource: Resource, ...verbs: readonly Verb[]): Rule {
  return { resource, verbs };
}
