import { defineLambda } from './kit/lambda.ts';
import { isMarked, withMark } from './kit/mark.ts';
import type { Application } from './kit/objects.ts';
import { act, answer, type LambdaCall, notFound, type Plan } from './kit/plan.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.applications;

/** Asks Argo CD to sync an Application, by the operation that `argocd app sync` sets. */
export default defineLambda<Application | undefined>({
  name: 'argocd-sync-application',
  read: (api, call) => api.get(RESOURCE, call.name, call.namespace),
  decide: decideSync,
});

export function decideSync(application: Application | undefined, call: LambdaCall): Plan {
  if (application === undefined) return notFound(RESOURCE, call);
  const about = { object: application };
  if (isMarked(application, call.triggerId)) return answer('already_done', 'the sync was started before', about);
  if (application.operation !== undefined || application.status?.operationState?.phase === 'Running') {
    return answer('syncing', 'an operation of the Application is running', about);
  }
  const marked = withMark(application, call.triggerId);
  const after = { ...marked, operation: operationOf(application) };
  const automated = application.spec?.syncPolicy?.automated !== undefined;
  const message = automated
    ? 'Argo CD was asked to sync; it syncs this Application by itself too, so look why it did not'
    : 'Argo CD was asked to sync';
  return act('sync_requested', message, [{ verb: 'patch', resource: RESOURCE, before: application, after }], about);
}

// Without prune: a sync by hand deletes nothing unless somebody says so. The revision is that of the Application.
function operationOf({ spec }: Application) {
  const syncOptions = spec?.syncPolicy?.syncOptions;
  return {
    initiatedBy: { username: 'agent-sre' },
    sync: { ...(syncOptions === undefined ? {} : { syncOptions }), syncStrategy: { hook: {} } },
  };
}
