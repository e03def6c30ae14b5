import { isObject } from '../shared/json.ts';
import type { Api } from './kit/api.ts';
import { defineLambda } from './kit/lambda.ts';
import { isMarked, suffixOf, withMark } from './kit/mark.ts';
import type { ControllerRevision, PodTemplate, ReplicaSet, Texts, Workload } from './kit/objects.ts';
import { controllerOf, gitOpsOf, WORKLOADS } from './kit/owner.ts';
import { act, answer, type LambdaCall, notFound, type Plan } from './kit/plan.ts';
import { RESOURCES, type Resource } from './kit/resources.ts';

const REVISION = 'deployment.kubernetes.io/revision';
/** The template that was rolled back from, so that no later call returns to it. */
const LEFT = 'agent-sre.homelab.io/rolled-back-from';
const TEMPLATE_HASH = 'pod-template-hash';

/** A pod template that a workload once had. */
export interface Revision {
  readonly number: number;
  readonly template: PodTemplate;
}

interface Facts {
  /** Undefined for a StatefulSet. */
  readonly resource: Resource | undefined;
  readonly workload: Workload | undefined;
  readonly revisions: readonly Revision[];
}

/** Goes back to the previous revision of a workload, as `kubectl rollout undo` does. */
export default defineLambda<Facts>({ name: 'rollout-undo', read, decide: decideUndo });

async function read(api: Api, { name, namespace, parameters }: LambdaCall): Promise<Facts> {
  const resource = WORKLOADS[String(parameters.type)];
  if (resource === undefined) return { resource, workload: undefined, revisions: [] };
  const workload = await api.get<Workload>(resource, name, namespace);
  return { resource, workload, revisions: workload === undefined ? [] : await readRevisions(api, resource, workload) };
}

async function readRevisions(api: Api, resource: Resource, workload: Workload): Promise<Revision[]> {
  const { uid, namespace } = workload.metadata;
  const query = { labelSelector: selectorText(workload.spec?.selector?.matchLabels ?? {}) };
  if (resource === RESOURCES.deployments) {
    const sets = await api.list<ReplicaSet>(RESOURCES.replicaSets, namespace, query);
    return sets.filter((set) => controllerOf(set)?.uid === uid).flatMap(revisionOfSet);
  }
  const stored = await api.list<ControllerRevision>(RESOURCES.controllerRevisions, namespace, query);
  return stored.filter((each) => controllerOf(each)?.uid === uid).flatMap(revisionOfStored);
}

export function decideUndo({ resource, workload, revisions }: Facts, call: LambdaCall): Plan {
  if (resource === undefined) return answer('stateful', 'the rollout of a StatefulSet is undone by a person');
  if (workload === undefined) return notFound(resource, call);
  const about = { object: workload };
  if (isMarked(workload, call.triggerId)) return answer('already_done', 'it was rolled back before', about);
  const git = gitOpsOf(workload);
  if (git !== undefined) return answer('gitops_owned', `${git} would set it back`, about);
  if (workload.spec?.paused === true) return answer('paused', `the rollout of the ${resource.kind} is paused`, about);
  if ((workload.status?.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) {
    return answer('not_observed', 'its controller has not seen the newest change', about);
  }
  if (isComplete(workload)) return answer('rolled_out', `the rollout of the ${resource.kind} is complete`, about);
  const present = hashOf(workload.spec?.template ?? {});
  // The present template has no revision of its own where a quota keeps its controller from making one.
  const [previous] = revisions
    .toSorted((a, b) => b.number - a.number)
    .filter(({ template }) => hashOf(template) !== present);
  if (previous === undefined) {
    return answer('no_previous_revision', `the ${resource.kind} has no earlier revision`, about);
  }
  if (workload.metadata.annotations?.[LEFT] === hashOf(previous.template)) {
    return answer('undone_before', `revision ${previous.number} is what it was rolled back from`, about);
  }
  const marked = withMark(workload, call.triggerId, { [LEFT]: present });
  const after = { ...marked, spec: { ...marked.spec, template: previous.template } };
  const message = `back to the template of revision ${previous.number}`;
  return act('undone', message, [{ verb: 'patch', resource, before: workload, after }], about);
}

/** Whether every pod is of the newest revision and available. */
function isComplete({ spec, status = {} }: Workload): boolean {
  const wanted = status.desiredNumberScheduled ?? spec?.replicas ?? 1;
  const updated = status.updatedReplicas ?? status.updatedNumberScheduled ?? 0;
  const available = status.availableReplicas ?? status.numberAvailable ?? 0;
  return updated >= wanted && available >= wanted && (status.replicas ?? wanted) <= wanted;
}

function revisionOfSet({ metadata, spec }: ReplicaSet): Revision[] {
  const number = Number(metadata.annotations?.[REVISION]);
  if (spec?.template === undefined || !Number.isInteger(number)) return [];
  return [{ number, template: withoutHash(spec.template) }];
}

function revisionOfStored({ revision, data }: ControllerRevision): Revision[] {
  const template = data?.spec?.template;
  if (template === undefined || revision === undefined) return [];
  const { $patch: _, ...rest } = template;
  return [{ number: revision, template: rest }];
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [TEMPLATE_HASH]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

// Templates that are the same may have their keys in another order: a ControllerRevision sorts them.
function hashOf(template: PodTemplate): string {
  const sorted = (_: string, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  return suffixOf(JSON.stringify(template, sorted));
}

function selectorText(labels: Texts): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
