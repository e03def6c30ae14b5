import type { FunctionDefinition } from '../../shared/runtime/function.ts';
import type { Api } from './api.ts';
import { defineLambda, type LambdaState } from './lambda.ts';
import { isMarked, withMark } from './mark.ts';
import { type Conditioned, trueCondition } from './objects.ts';
import { act, answer, type LambdaCall, notFound, type Plan } from './plan.ts';
import { RESOURCES, type Resource } from './resources.ts';

const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';
/** Forgets the failures that a HelmRelease has counted, where it is equal to requestedAt. */
const RESET_AT = 'reconcile.fluxcd.io/resetAt';

/** Asks Flux to reconcile an object now, as `flux reconcile` does; a stalled HelmRelease as with `--reset`. */
export function defineReconcile(name: string, resource: Resource): FunctionDefinition<LambdaState> {
  return defineLambda<Conditioned | undefined>({
    name,
    read: (api: Api, call) => api.get(resource, call.name, call.namespace),
    decide: (object, call) => decideReconcile(resource, object, call),
  });
}

export function decideReconcile(resource: Resource, object: Conditioned | undefined, call: LambdaCall): Plan {
  if (object === undefined) return notFound(resource, call);
  const about = { object };
  if (isMarked(object, call.triggerId)) return answer('already_done', 'Flux was asked to reconcile it before', about);
  if (object.spec?.suspend === true) return answer('suspended', `the ${resource.kind} is suspended`, about);
  const requestedAt = call.now.toISOString();
  const isStalled = resource === RESOURCES.helmReleases && trueCondition(object.status?.conditions, 'Stalled');
  const asked = { [REQUESTED_AT]: requestedAt, ...(isStalled ? { [RESET_AT]: requestedAt } : {}) };
  const after = withMark(object, call.triggerId, asked);
  const message = isStalled
    ? 'Flux was asked to reconcile it, and to forget the failures that stalled it'
    : 'Flux was asked to reconcile it';
  return act('reconcile_requested', message, [{ verb: 'patch', resource, before: object, after }], about);
}
