import type { lambdaTrigger } from '../../shared/events/index.ts';
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import type { TypedEvent } from '../../shared/runtime/function.ts';
import { CODES } from './codes.ts';
import { changesOf } from './merge-patch.ts';
import type { KubeObject } from './objects.ts';
import type { Plan, Step } from './plan.ts';
import type { DryRun } from './write.ts';

export type LambdaTrigger = ReturnType<typeof lambdaTrigger.parse>;

/** The data of `lambda.finished`: what became of a call. */
export function finished(
  { id, data }: TypedEvent<LambdaTrigger>,
  plan: Plan,
  dryRun: DryRun,
  durationMs: number,
): LambdaFinished {
  const { lambda_function, parameters, correlation_id } = data;
  const { code, message, object, owner, steps, report, findings } = plan;
  const changes = steps.flatMap(changesOfStep);
  return {
    ...{ lambda_function, parameters, correlation_id, trigger_id: id },
    outcome: CODES[code].outcome,
    code,
    message,
    ...(dryRun !== 'off' && steps.length > 0 ? { dry_run: true } : {}),
    ...(object === undefined ? {} : { object: referenceOf(object) }),
    ...(owner === undefined ? {} : { owner }),
    ...(changes.length === 0 ? {} : { changes }),
    ...(report === undefined ? {} : { report }),
    ...(findings === undefined ? {} : { findings }),
    duration_ms: Math.round(durationMs * 100) / 100,
  };
}

function changesOfStep(step: Step) {
  switch (step.verb) {
    case 'patch':
      return changesOf(step.before, step.after);
    case 'create':
      return [{ path: 'metadata.name', to: step.object.metadata.name }];
    case 'evict':
      return [];
    default:
      return step satisfies never;
  }
}

function referenceOf({ kind = 'Object', metadata }: KubeObject) {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    ...{ kind, name },
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resource_version: resourceVersion }),
  };
}
