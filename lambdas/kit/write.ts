/** Carries the steps of a plan out, each with the preconditions that let it happen once. */
import type { Config } from '../../shared/config.ts';
import { isObject } from '../../shared/json.ts';
import type { Api, ApiRequest } from './api.ts';
import { ApiFailure } from './failure.ts';
import { mergePatch } from './merge-patch.ts';
import type { KubeObject, Pod } from './objects.ts';
import type { Plan, Step } from './plan.ts';
import { RESOURCES } from './resources.ts';

export type DryRun = Config['LAMBDA_DRY_RUN'];

/** The object as it is after the last step; as it was where nothing was sent. */
export async function carryOut(api: Api, { steps, object }: Plan, dryRun: DryRun): Promise<KubeObject | undefined> {
  let latest = object;
  for (const step of steps) {
    if (dryRun === 'client') continue;
    const written = await api.write(requestOf(step, latest, dryRun === 'server')).catch(asChanged);
    if (step.verb !== 'evict') latest = written;
  }
  return latest;
}

function requestOf(step: Step, latest: KubeObject | undefined, dry: boolean): ApiRequest {
  const query = dry ? { query: { dryRun: 'All' } } : {};
  switch (step.verb) {
    case 'patch':
      return { ...patchOf(step, latest), ...query };
    case 'create': {
      const { resource, object } = step;
      return { verb: 'create', resource, namespace: object.metadata.namespace, body: object, ...query };
    }
    case 'evict':
      return { ...evictionOf(step.pod), ...query };
    default:
      return step satisfies never;
  }
}

// uid and resourceVersion make the API server answer 409 where it is another object, or the same one changed meanwhile.
function patchOf(step: Extract<Step, { verb: 'patch' }>, latest: KubeObject | undefined): ApiRequest {
  const { resource, before, after, subresource } = step;
  const { name, namespace, uid } = before.metadata;
  const current = latest?.metadata.uid === uid ? latest : before;
  const patch = mergePatch(before, after);
  const change = isObject(patch) ? patch : {};
  const metadata = { ...(isObject(change.metadata) ? change.metadata : {}), uid };
  const body = { ...change, metadata: { ...metadata, resourceVersion: current?.metadata.resourceVersion } };
  return { verb: 'patch', resource, namespace, name, ...(subresource && { subresource }), body };
}

function evictionOf({ metadata: { name, namespace, uid } }: Pod): ApiRequest {
  const deleteOptions = { preconditions: { uid } };
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions };
  return { verb: 'create', resource: RESOURCES.pods, namespace, name, subresource: 'eviction', body };
}

// What was there when it was read, and is not when it is written, is to be read again.
function asChanged(error: unknown): never {
  if (!(error instanceof ApiFailure) || error.kind !== 'absent') throw error;
  throw new ApiFailure('changed', error.code, error.message, error.logged);
}
