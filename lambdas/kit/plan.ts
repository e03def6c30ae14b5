/** What a Lambda decides, as data: nothing has happened yet. */

import type { Labels } from '../../shared/alert/alert.ts';
import type { Parameters } from '../../shared/decision.ts';
import type { Code } from './codes.ts';
import type { KubeObject, Pod } from './objects.ts';
import type { Resource } from './resources.ts';

/** A call as a Lambda sees it: checked, with the defaults of its schema filled in. */
export interface LambdaCall {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly parameters: Parameters;
  /** The id of the lambda trigger: one id is carried out once. */
  readonly triggerId: string;
  readonly now: Date;
  readonly limits: Limits;
  /** Whether what has these labels stores data, by the policy of the runbook. */
  readonly storesData: (labels: Labels) => boolean;
}

export interface Limits {
  readonly maxReplicas: number;
  readonly minNodes: number;
}

/** One write. A patch is what `before` and `after` differ in, and fails where the object has changed since it was read. */
export type Step =
  | {
      readonly verb: 'patch';
      readonly resource: Resource;
      readonly before: KubeObject;
      readonly after: KubeObject;
      readonly subresource?: 'status';
    }
  | { readonly verb: 'create'; readonly resource: Resource; readonly object: KubeObject }
  | { readonly verb: 'evict'; readonly pod: Pod };

/** The decision: why, about which object, and the steps that carry it out; none where the code is not one of `done`. */
export interface Plan {
  readonly code: Code;
  readonly message: string;
  readonly object?: KubeObject;
  /** The controller of the object, where it is another object. */
  readonly owner?: Owner;
  readonly steps: readonly Step[];
  readonly report?: string;
  readonly findings?: unknown;
}

export interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
}

/** A decision that changes nothing. */
export function answer(code: Code, message: string, about: Partial<Pick<Plan, 'object' | 'owner'>> = {}): Plan {
  return { code, message, steps: [], ...about };
}

/** A decision that changes something. */
export function act(
  code: Code,
  message: string,
  steps: readonly Step[],
  about: Partial<Pick<Plan, 'object' | 'owner'>> = {},
): Plan {
  return { code, message, steps, ...about };
}

/** The object is not there. */
export function notFound({ kind }: Resource, { name, namespace }: LambdaCall): Plan {
  return answer('not_found', `there is no ${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`);
}
