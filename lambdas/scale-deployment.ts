import type { Api } from './kit/api.ts';
import { defineLambda } from './kit/lambda.ts';
import { isMarked, withMark } from './kit/mark.ts';
import type { Autoscaler, Workload } from './kit/objects.ts';
import { gitOpsOf } from './kit/owner.ts';
import { act, answer, type LambdaCall, notFound, type Plan } from './kit/plan.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.deployments;

interface Facts {
  readonly deployment: Workload | undefined;
  /** Of the namespace. */
  readonly autoscalers: readonly Autoscaler[];
}

/** Gives a Deployment more replicas: `+N`, or a number; never fewer, and never what an autoscaler sets. */
export default defineLambda<Facts>({ name: 'scale-deployment', read, decide: decideScale });

async function read(api: Api, { name, namespace }: LambdaCall): Promise<Facts> {
  const deployment = await api.get<Workload>(RESOURCE, name, namespace);
  if (deployment === undefined) return { deployment, autoscalers: [] };
  return { deployment, autoscalers: await api.list<Autoscaler>(RESOURCES.autoscalers, namespace) };
}

export function decideScale({ deployment, autoscalers }: Facts, call: LambdaCall): Plan {
  if (deployment === undefined) return notFound(RESOURCE, call);
  const about = { object: deployment };
  if (isMarked(deployment, call.triggerId)) return answer('already_done', 'it was scaled before', about);
  const autoscaler = autoscalers.find(({ spec }) => isTarget(spec?.scaleTargetRef, call.name));
  if (autoscaler !== undefined) {
    const { name } = autoscaler.metadata;
    return answer('autoscaled', `the HorizontalPodAutoscaler ${name} sets its replicas`, about);
  }
  const current = deployment.spec?.replicas ?? 1;
  const wanted = wantedReplicas(call.parameters.replicas, current);
  const objection = objectionTo(wanted, current, call.limits.maxReplicas);
  if (objection !== undefined) return answer(...objection, about);
  const marked = withMark(deployment, call.triggerId);
  const after = { ...marked, spec: { ...marked.spec, replicas: wanted } };
  const steps = [{ verb: 'patch', resource: RESOURCE, before: deployment, after } as const];
  const git = gitOpsOf(deployment);
  const note = git === undefined ? '' : `; ${git} sets it back where its manifest says how many`;
  return act('scaled', `it has ${wanted} replicas now, ${current} before${note}`, steps, about);
}

type Objection = readonly [code: 'scaled_to_zero' | 'at_target' | 'scales_down' | 'above_ceiling', message: string];

function objectionTo(wanted: number, current: number, most: number): Objection | undefined {
  if (current === 0) return ['scaled_to_zero', 'it is scaled to zero'];
  if (wanted === current) return ['at_target', `it has ${current} replicas`];
  if (!(wanted > current)) return ['scales_down', `it has ${current} replicas; ${wanted} would be fewer`];
  if (wanted > most) return ['above_ceiling', `${wanted} replicas are more than ${most} (LAMBDA_MAX_REPLICAS)`];
  return undefined;
}

function wantedReplicas(replicas: unknown, current: number): number {
  return typeof replicas === 'string' ? current + Number(replicas.slice(1)) : Number(replicas);
}

function isTarget(reference: { readonly kind?: string; readonly name?: string } | undefined, name: string): boolean {
  return reference?.kind === 'Deployment' && reference.name === name;
}
