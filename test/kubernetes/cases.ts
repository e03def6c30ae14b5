/** What each Lambda does to which objects: a row is one call, in a namespace of its own. */
import type { Code } from '../../lambdas/kit/codes.ts';
import { type Administrator, type Any, pod, READY, RESOURCES, TEST_RESOURCES, workload } from './administrator.ts';
import type { Parameters } from './lambda.ts';

export interface Case {
  readonly lambda: string;
  readonly title: string;
  readonly parameters: Parameters;
  readonly code: Code;
  /** Makes the objects; may tell parameters that are known only then. */
  readonly given: (admin: Administrator, namespace: string) => Promise<unknown>;
}

export interface ActingCase extends Case {
  /** Writes that the API server must have accepted once the call has come five times. */
  readonly writes: number;
  readonly check: (admin: Administrator, namespace: string) => Promise<void>;
  /** Codes of the later deliveries. */
  readonly again?: readonly Code[];
}

const { deployments, daemonSets, replicaSets, controllerRevisions, pods, jobs, nodes } = RESOURCES;
const SUSPENDED = { spec: { suspend: true } };

const named =
  (resource: Any, metadata: object = {}, rest: object = {}) =>
  async (admin: Administrator, namespace: string) => {
    await admin.create(resource, { metadata: { name: 'it', namespace, ...metadata }, ...rest } as never);
  };

async function rolledOut(admin: Administrator, namespace: string, metadata: object = {}): Promise<void> {
  await admin.create(deployments, workload('web', namespace, { replicas: 1 }, {}, metadata));
  await admin.settled(replicaSets, namespace, (sets) => sets.length === 1);
  await changeImage(admin, deployments, namespace);
  await admin.settled(replicaSets, namespace, (sets) => sets.length === 2);
  await observed(admin, deployments, namespace);
}

async function rolledOutDaemonSet(admin: Administrator, namespace: string): Promise<void> {
  await readyNode(admin, 'node-of-a-daemonset'); // without nodes it is complete, whatever its template
  await admin.create(daemonSets, workload('web', namespace));
  await admin.settled(controllerRevisions, namespace, (revisions) => revisions.length === 1);
  await changeImage(admin, daemonSets, namespace);
  await admin.settled(controllerRevisions, namespace, (revisions) => revisions.length === 2);
  await observed(admin, daemonSets, namespace);
}

async function changeImage(admin: Administrator, resource: Any, namespace: string): Promise<void> {
  const template = { spec: { containers: [{ name: 'main', image: 'registry.example/broken' }] } };
  await admin.patch({ resource, namespace, name: 'web' }, { spec: { template } });
}

async function observed(admin: Administrator, resource: Any, namespace: string): Promise<void> {
  const isObserved = ({ metadata, status }: Any) => (status?.observedGeneration ?? 0) >= metadata.generation;
  await admin.settled(resource, namespace, (objects) => objects.every(isObserved));
}

async function hasImage(admin: Administrator, resource: Any, namespace: string, image: string): Promise<void> {
  const { spec } = await admin.get({ resource, namespace, name: 'web' });
  equal(spec.template.spec.containers[0].image, `registry.example/${image}`);
}

/** A Deployment's only pod. */
async function podOf(admin: Administrator, namespace: string, name = 'web', spec: object = {}): Promise<Any> {
  await admin.create(deployments, workload(name, namespace, { replicas: 1 }, spec));
  const [only] = await admin.settled(pods, namespace, (found) => found.length === 1);
  return only;
}

async function failedJob(admin: Administrator, namespace: string): Promise<void> {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/v1' }] } };
  await admin.create(jobs, { metadata: { name: 'backup', namespace }, spec: { backoffLimit: 0, template } } as never);
  const [only] = await admin.settled(pods, namespace, (found) => found.length === 1);
  await admin.patch({ resource: pods, namespace, name: only.metadata.name }, { status: { phase: 'Failed' } }, 'status');
  const isFailed = ({ status }: Any) => status?.conditions?.some(({ type }: Any) => type === 'Failed');
  await admin.settled(jobs, namespace, (found) => found.every(isFailed));
}

async function readyNode(admin: Administrator, name: string, more: object = {}): Promise<void> {
  await admin.create(nodes, { metadata: { name, ...more } } as never);
  const status = {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [{ type: 'InternalIP', address: '10.0.0.7' }],
  };
  await admin.patch({ resource: nodes, name }, { status }, 'status');
  await admin.patch({ resource: nodes, name }, { spec: { taints: null } }); // no controller takes off that of a new node
}

function equal(actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
  }
}

const flux = (kind: 'kustomizations' | 'gitRepositories' | 'helmReleases', lambda: string): ActingCase => ({
  ...{ lambda, title: 'asks for a reconciliation', parameters: { name: 'it' }, code: 'reconcile_requested', writes: 1 },
  given: named(RESOURCES[kind]),
  async check(admin, namespace) {
    const { metadata } = await admin.get({ resource: RESOURCES[kind], namespace, name: 'it' });
    equal(Object.keys(metadata.annotations).sort(), [
      'agent-sre.homelab.io/trigger',
      'reconcile.fluxcd.io/requestedAt',
    ]);
  },
});

const restartOf = (type: 'deployment' | 'daemonset', resource: Any): ActingCase => ({
  ...{ lambda: 'pod-restart', title: `restarts a ${type}`, parameters: { name: 'web', type } },
  ...{ code: 'restarted', writes: 1 },
  async given(admin, namespace) {
    await admin.create(resource, workload('web', namespace));
  },
  async check(admin, namespace) {
    const { spec } = await admin.get({ resource, namespace, name: 'web' });
    equal(Object.keys(spec.template.metadata.annotations), ['kubectl.kubernetes.io/restartedAt']);
  },
});

export const ACTING: readonly ActingCase[] = [
  flux('kustomizations', 'flux-reconcile-kustomization'),
  flux('gitRepositories', 'flux-reconcile-gitrepository'),
  flux('helmReleases', 'flux-reconcile-helmrelease'),
  {
    ...{ lambda: 'argocd-sync-application', title: 'sets the operation', parameters: { name: 'it' } },
    ...{ code: 'sync_requested', writes: 1 },
    given: named(RESOURCES.applications, {}, { spec: { project: 'default', syncPolicy: { automated: {} } } }),
    async check(admin, namespace) {
      const { operation } = await admin.get({ resource: RESOURCES.applications, namespace, name: 'it' });
      equal(operation.initiatedBy, { username: 'agent-sre' });
    },
  },
  {
    ...{ lambda: 'pod-restart', title: 'evicts a pod of a Deployment', parameters: {}, code: 'evicted', writes: 1 },
    again: ['gone', 'terminating', 'evicted'],
    async given(admin, namespace) {
      return { name: (await podOf(admin, namespace)).metadata.name };
    },
    async check(admin, namespace) {
      await admin.settled(pods, namespace, (found) => found.length === 1);
    },
  },
  restartOf('deployment', deployments),
  restartOf('daemonset', daemonSets),
  {
    ...{
      lambda: 'rollout-undo',
      title: 'goes back to the previous revision of a Deployment',
      parameters: { name: 'web' },
    },
    ...{ code: 'undone', writes: 1 },
    given: (admin, namespace) => rolledOut(admin, namespace),
    async check(admin, namespace) {
      await hasImage(admin, deployments, namespace, 'v1');
      await admin.settled(replicaSets, namespace, (sets) => sets.length === 2);
    },
  },
  {
    ...{ lambda: 'rollout-undo', title: 'goes back to the previous revision of a DaemonSet' },
    ...{ parameters: { name: 'web', type: 'daemonset' }, code: 'undone', writes: 1 },
    given: rolledOutDaemonSet,
    check: (admin, namespace) => hasImage(admin, daemonSets, namespace, 'v1'),
  },
  {
    ...{ lambda: 'scale-deployment', title: 'adds a replica', parameters: { name: 'web', replicas: '+1' } },
    ...{ code: 'scaled', writes: 1 },
    given: async (admin, namespace) => void (await podOf(admin, namespace)),
    async check(admin, namespace) {
      equal((await admin.get({ resource: deployments, namespace, name: 'web' })).spec.replicas, 2);
      await admin.settled(pods, namespace, (found) => found.length === 2);
    },
  },
  {
    ...{ lambda: 'job-rerun', title: 'runs the Job again', parameters: { name: 'backup' }, code: 'rerun', writes: 1 },
    given: failedJob,
    async check(admin, namespace) {
      equal((await admin.list(jobs, namespace)).length, 2);
      await admin.settled(pods, namespace, (found) => found.length === 2);
    },
  },
  {
    ...{ lambda: 'certificate-renew', title: 'sets the condition Issuing', parameters: { name: 'it' } },
    ...{ code: 'renewal_requested', writes: 2 },
    given: named(RESOURCES.certificates, {}, { spec: { secretName: 'tls' } }),
    async check(admin, namespace) {
      const { status } = await admin.get({ resource: RESOURCES.certificates, namespace, name: 'it' });
      equal(
        status.conditions.map(({ type, reason }: Any) => [type, reason]),
        [['Issuing', 'ManuallyTriggered']],
      );
    },
  },
  {
    ...{ lambda: 'node-cordon', title: 'cordons one of two nodes', parameters: { name: 'node-a' } },
    ...{ code: 'cordoned', writes: 1 },
    async given(admin) {
      await readyNode(admin, 'node-a');
      await readyNode(admin, 'node-b');
    },
    async check(admin) {
      equal((await admin.get({ resource: nodes, name: 'node-a' })).spec.unschedulable, true);
    },
  },
];

const MOUNTED = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const HPA = {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  minReplicas: 1,
  maxReplicas: 5,
};
const FLUX_LABELS = { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } };

/** What is refused, or needs nothing; the rows stand in the order in which a Lambda asks. */
export const REFUSING: readonly Case[] = [
  ...(['kustomizations', 'gitRepositories', 'helmReleases'] as const).map((kind, index) => ({
    lambda: ['flux-reconcile-kustomization', 'flux-reconcile-gitrepository', 'flux-reconcile-helmrelease'][index] ?? '',
    ...{ title: 'a suspended object', parameters: { name: 'it' }, code: 'suspended' as const },
    given: named(RESOURCES[kind], {}, SUSPENDED),
  })),
  row('pod-restart', 'a pod that is gone', 'gone', { name: 'web-x2x7k' }, async () => {}),
  row('pod-restart', 'a bare pod', 'bare_pod', { name: 'web' }, async (admin, namespace) => {
    await admin.create(pods, pod('web', namespace));
  }),
  row('pod-restart', "a StatefulSet's pod", 'forbidden_by_policy', { name: 'web-0' }, async (admin, namespace) => {
    await admin.create(TEST_RESOURCES.statefulSets, workload('web', namespace, { serviceName: 'web' }));
    await admin.settled(pods, namespace, (found) => found.length === 1);
  }),
  row('pod-restart', 'a StatefulSet', 'forbidden_by_policy', { name: 'web', type: 'statefulset' }, async () => {}),
  row(
    'pod-restart',
    'a pod whose name says that it stores data',
    'forbidden_by_policy',
    {},
    async (admin, namespace) => {
      return { name: (await podOf(admin, namespace, 'shop-postgres')).metadata.name };
    },
  ),
  row('pod-restart', 'a pod whose container stores data', 'stores_data', {}, async (admin, namespace) => {
    const containers = [{ name: 'redis', image: 'registry.example/v1' }];
    return { name: (await podOf(admin, namespace, 'web', { containers })).metadata.name };
  }),
  row('pod-restart', 'a pod of a DaemonSet', 'stateful', {}, async (admin, namespace) => {
    await readyNode(admin, `node-of-${namespace}`);
    await admin.create(daemonSets, workload('web', namespace));
    const [first] = await admin.settled(pods, namespace, (found) => found.length > 0);
    return { name: first.metadata.name };
  }),
  row('pod-restart', 'a pod that mounts a claim', 'stores_data', {}, async (admin, namespace) => {
    return { name: (await podOf(admin, namespace, 'web', MOUNTED)).metadata.name };
  }),
  row('pod-restart', 'a pod that a budget protects', 'disruption_budget', {}, async (admin, namespace) => {
    const { name } = (await podOf(admin, namespace)).metadata;
    await admin.patch({ resource: pods, namespace, name }, READY, 'status');
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } };
    await admin.create(TEST_RESOURCES.budgets, { metadata: { name: 'web', namespace }, spec } as never);
    const isCounted = ({ status }: Any) => status?.currentHealthy === 1;
    await admin.settled(TEST_RESOURCES.budgets, namespace, (found) => found.every(isCounted));
    return { name };
  }),
  row('pod-restart', 'a Deployment that is paused', 'paused', { name: 'web', type: 'deployment' }, paused),
  row('rollout-undo', 'a StatefulSet', 'forbidden_by_policy', { name: 'web', type: 'statefulset' }, async () => {}),
  row('rollout-undo', 'what Git makes', 'gitops_owned', { name: 'web' }, (admin, namespace) =>
    rolledOut(admin, namespace, FLUX_LABELS),
  ),
  row(
    'rollout-undo',
    'a Deployment of one revision',
    'no_previous_revision',
    { name: 'web' },
    async (admin, namespace) => {
      await podOf(admin, namespace);
      await observed(admin, deployments, namespace);
    },
  ),
  row('rollout-undo', 'a rollout that has completed', 'rolled_out', { name: 'web' }, async (admin, namespace) => {
    await admin.create(deployments, workload('web', namespace, { replicas: 0 }));
    await observed(admin, deployments, namespace);
  }),
  row(
    'scale-deployment',
    'what an autoscaler sets',
    'autoscaled',
    { name: 'web', replicas: '+1' },
    async (admin, namespace) => {
      await podOf(admin, namespace);
      await admin.create(RESOURCES.autoscalers, { metadata: { name: 'web', namespace }, spec: HPA } as never);
    },
  ),
  row(
    'scale-deployment',
    'more than the ceiling',
    'above_ceiling',
    { name: 'web', replicas: '+99' },
    async (admin, namespace) => {
      await podOf(admin, namespace);
    },
  ),
  row('job-rerun', 'a Job that runs', 'still_running', { name: 'backup' }, async (admin, namespace) => {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/v1' }] } };
    await admin.create(jobs, { metadata: { name: 'backup', namespace }, spec: { template } } as never);
  }),
  row('certificate-renew', 'one that is being issued', 'issuing', { name: 'it' }, async (admin, namespace) => {
    await named(RESOURCES.certificates)(admin, namespace);
    const status = { conditions: [{ type: 'Issuing', status: 'True' }] };
    await admin.patch({ resource: RESOURCES.certificates, namespace, name: 'it' }, { status }, 'status');
  }),
  row('node-cordon', 'a node that nobody knows', 'not_found', { name: 'node-z' }, async () => {}),
  row('scale-deployment', 'a Deployment that nobody knows', 'not_found', { name: 'web', replicas: 3 }, async () => {}),
  row(
    'argocd-sync-application',
    'one that syncs',
    'syncing',
    { name: 'it' },
    named(RESOURCES.applications, {}, { operation: {} }),
  ),
];

const POD_STATUS = {
  phase: 'Running',
  containerStatuses: [
    {
      ...{ name: 'main', ready: false, restartCount: 7, image: '', imageID: '' },
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'cannot log in, password=hunter2secret' } },
    },
  ],
};

/** Looks: what the report must say. */
export const LOOKING: readonly (Case & { readonly says: readonly RegExp[] })[] = [
  {
    ...row('pod-check-status', 'at a crashing pod', 'reported', {}, async (admin, namespace) => {
      const { name } = (await podOf(admin, namespace)).metadata;
      await admin.patch({ resource: pods, namespace, name }, { status: POD_STATUS }, 'status');
      const usage = {
        metadata: { name, namespace },
        containers: [{ name: 'main', usage: { cpu: '12m', memory: '40Mi' } }],
      };
      await admin.create(RESOURCES.podMetrics, usage as never);
      await admin.create(RESOURCES.events, backOff(await admin.get({ resource: pods, namespace, name })) as never);
      return { name };
    }),
    says: [
      /of the Deployment web/,
      /CrashLoopBackOff/,
      /7 restarts/,
      /\[masked\]/,
      /main uses 12m CPU/,
      /BackOff \(9 times\)/,
    ],
  },
  {
    ...row(
      'pod-check-status',
      'at the pods of a selector',
      'reported',
      { selector: 'app=web' },
      async (admin, namespace) => {
        await podOf(admin, namespace);
      },
    ),
    says: [/Pod .*\/web-/, /of the Deployment web/],
  },
  {
    ...row('check-pvc-status', 'at a claim', 'reported', { name: 'data' }, async (admin, namespace) => {
      const [volume, name] = [`volume-${namespace}`, `class-${namespace}`];
      const storage = { storage: '1Gi' };
      await admin.create(RESOURCES.storageClasses, { metadata: { name }, provisioner: 'example.com/x' } as never);
      const source = {
        hostPath: { path: '/x' },
        accessModes: ['ReadWriteOnce'],
        capacity: storage,
        storageClassName: name,
      };
      await admin.create(RESOURCES.volumes, { metadata: { name: volume }, spec: source } as never);
      const spec = {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: storage },
        storageClassName: name,
        volumeName: volume,
      };
      await admin.create(RESOURCES.claims, { metadata: { name: 'data', namespace }, spec } as never);
      await podOf(admin, namespace, 'web', MOUNTED);
    }),
    says: [/Pending/, /volume-/, /claims cannot be enlarged/, /Mounted by\n {2}web-/],
  },
  {
    ...row('node-check-status', 'at a node by its address', 'reported', { name: '10.0.0.9:9100' }, async (admin) => {
      await readyNode(admin, 'node-c');
      const status = { addresses: [{ type: 'InternalIP', address: '10.0.0.9' }] };
      await admin.patch({ resource: nodes, name: 'node-c' }, { status }, 'status');
    }),
    says: [/Node node-c/, /Ready=True/, /there are no metrics/],
  },
];

function row(lambda: string, title: string, code: Code, parameters: Parameters, given: Case['given']): Case {
  return { lambda, title, code, parameters, given };
}

async function paused(admin: Administrator, namespace: string): Promise<void> {
  await admin.create(deployments, workload('web', namespace, { paused: true }));
}

function backOff({ metadata }: Any) {
  const { name, namespace, uid } = metadata;
  return {
    metadata: { name: `${name}.1`, namespace },
    involvedObject: { kind: 'Pod', name, namespace, uid },
    ...{ reason: 'BackOff', message: 'restarting failed container', type: 'Warning', count: 9 },
    lastTimestamp: '2026-11-28T08:00:00Z',
  };
}
