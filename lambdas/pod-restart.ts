import type { Api } from './kit/api.ts';
import { defineLambda } from './kit/lambda.ts';
import { isMarked, withMark } from './kit/mark.ts';
import type { Pod, Workload } from './kit/objects.ts';
import { readOwner, storageOf, WORKLOADS } from './kit/owner.ts';
import { act, answer, type LambdaCall, notFound, type Owner, type Plan } from './kit/plan.ts';
import { RESOURCES, type Resource } from './kit/resources.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

type Facts =
  | { readonly is: 'pod'; readonly pod: Pod | undefined; readonly owner: Owner | undefined }
  /** Without a resource: a StatefulSet. */
  | { readonly is: 'workload'; readonly resource: Resource | undefined; readonly workload: Workload | undefined };

/** Restarts what is stateless: a pod by its eviction, which a PodDisruptionBudget may refuse; a workload as `kubectl rollout restart`. */
export default defineLambda<Facts>({ name: 'pod-restart', read, decide: decideRestart });

async function read(api: Api, { name, namespace, parameters }: LambdaCall): Promise<Facts> {
  if (parameters.type !== 'pod') {
    const resource = WORKLOADS[String(parameters.type)];
    return { is: 'workload', resource, workload: resource && (await api.get(resource, name, namespace)) };
  }
  const pod = await api.get<Pod>(RESOURCES.pods, name, namespace);
  return { is: 'pod', pod, owner: pod && (await readOwner(api, pod)) };
}

export function decideRestart(facts: Facts, call: LambdaCall): Plan {
  if (facts.is === 'pod') return decideEviction(facts.pod, facts.owner, call);
  if (facts.resource === undefined) return answer('stateful', 'a StatefulSet is restarted by a person');
  return decideRollout(facts.resource, facts.workload, call);
}

function decideEviction(pod: Pod | undefined, owner: Owner | undefined, call: LambdaCall): Plan {
  if (pod === undefined) return answer('gone', 'there is no such pod any more');
  const about = { object: pod, ...(owner === undefined ? {} : { owner }) };
  if (pod.metadata.deletionTimestamp !== undefined) return answer('terminating', 'the pod is being deleted', about);
  if (owner === undefined) return answer('bare_pod', 'the pod has no controller that would make a new one', about);
  const objection = objectionTo(owner);
  if (objection !== undefined) return answer(objection, `the pod belongs to the ${owner.kind} ${owner.name}`, about);
  const storage = storageOf({ pod: pod.metadata.name, deployment: owner.name }, pod.spec, call);
  if (storage !== undefined) return answer('stores_data', storage, about);
  const message = `the pod was evicted; the ${owner.kind} ${owner.name} makes a new one`;
  return act('evicted', message, [{ verb: 'evict', pod }], about);
}

function objectionTo({ kind }: Owner) {
  switch (kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Rollout': // of Argo Rollouts, behind its ReplicaSets
    case 'Job':
      return undefined;
    case 'StatefulSet':
    case 'DaemonSet':
      return 'stateful';
    default:
      return 'owner_unknown';
  }
}

function decideRollout(resource: Resource, workload: Workload | undefined, call: LambdaCall): Plan {
  if (workload === undefined) return notFound(resource, call);
  const about = { object: workload };
  if (isMarked(workload, call.triggerId)) return answer('already_done', 'it was restarted before', about);
  if (workload.spec?.paused === true) return answer('paused', `the rollout of the ${resource.kind} is paused`, about);
  const storage = storageOf({ deployment: workload.metadata.name }, workload.spec?.template?.spec, call);
  if (storage !== undefined) return answer('stores_data', storage, about);
  const after = restarted(withMark(workload, call.triggerId), call.now);
  const message = `every pod of the ${resource.kind} is replaced, as its update strategy says`;
  return act('restarted', message, [{ verb: 'patch', resource, before: workload, after }], about);
}

function restarted(workload: Workload, now: Date): Workload {
  const { spec = {} } = workload;
  const { metadata = {} } = spec.template ?? {};
  const annotations = { ...metadata.annotations, [RESTARTED_AT]: now.toISOString() };
  return { ...workload, spec: { ...spec, template: { ...spec.template, metadata: { ...metadata, annotations } } } };
}
