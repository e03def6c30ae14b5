/** The kinds that Lambdas read or change, as the API names them. */
export interface Resource {
  /** '' for the core API. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export const RESOURCES = {
  pods: namespaced('', 'v1', 'pods', 'Pod'),
  events: namespaced('', 'v1', 'events', 'Event'),
  claims: namespaced('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  volumes: clusterScoped('', 'v1', 'persistentvolumes', 'PersistentVolume'),
  nodes: clusterScoped('', 'v1', 'nodes', 'Node'),
  deployments: namespaced('apps', 'v1', 'deployments', 'Deployment'),
  replicaSets: namespaced('apps', 'v1', 'replicasets', 'ReplicaSet'),
  daemonSets: namespaced('apps', 'v1', 'daemonsets', 'DaemonSet'),
  controllerRevisions: namespaced('apps', 'v1', 'controllerrevisions', 'ControllerRevision'),
  jobs: namespaced('batch', 'v1', 'jobs', 'Job'),
  autoscalers: namespaced('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  storageClasses: clusterScoped('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass'),
  podMetrics: namespaced('metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics'),
  nodeMetrics: clusterScoped('metrics.k8s.io', 'v1beta1', 'nodes', 'NodeMetrics'),
  kustomizations: namespaced('kustomize.toolkit.fluxcd.io', 'v1', 'kustomizations', 'Kustomization'),
  gitRepositories: namespaced('source.toolkit.fluxcd.io', 'v1', 'gitrepositories', 'GitRepository'),
  helmReleases: namespaced('helm.toolkit.fluxcd.io', 'v2', 'helmreleases', 'HelmRelease'),
  applications: namespaced('argoproj.io', 'v1alpha1', 'applications', 'Application'),
  certificates: namespaced('cert-manager.io', 'v1', 'certificates', 'Certificate'),
} as const satisfies Record<string, Resource>;

function namespaced(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, namespaced: true };
}

function clusterScoped(group: string, version: string, plural: string, kind: string): Resource {
  return { group, version, plural, kind, namespaced: false };
}
