import type { Labels } from '../alert/alert.ts';
import type { Call } from '../decision.ts';
import { conditionHolds } from './conditions.ts';
import { isMutating, type Runbook, withDefaults } from './runbook.ts';

/** Why a call is never made, whoever asks for it. */
export type Fence = 'protected' | 'forbidden';

/**
 * What forbids a call: it would change something in a protected namespace, or the policy forbids the function for what it
 * is about, such as a restart of what stores data.
 *
 * @param labels the alert's own (own-labels.ts)
 */
export function fenceOf(runbook: Runbook, labels: Labels, call: Call): Fence | undefined {
  // A namespace that is left out is the function's default, and as protected as one that is written.
  const whole: Call = { lambda_function: call.lambda_function, parameters: withDefaults(runbook.catalogue, call) };
  if (isProtected(runbook, whole)) return 'protected';
  return isForbidden(runbook, labels, whole) ? 'forbidden' : undefined;
}

/** The runbook without its fences, where these are checked apart (emit-trigger suppresses such a call). */
export function withoutFences(runbook: Runbook): Runbook {
  return { ...runbook, policy: { ...runbook.policy, protectedNamespaces: new Set(), forbidden: new Map() } };
}

function isProtected({ catalogue, policy }: Runbook, { lambda_function, parameters }: Call): boolean {
  return isMutating(catalogue, lambda_function) && policy.protectedNamespaces.has(String(parameters.namespace ?? ''));
}

function isForbidden({ policy }: Runbook, labels: Labels, { lambda_function, parameters }: Call): boolean {
  const conditions = policy.forbidden.get(lambda_function) ?? [];
  const named = labelsOfCall(parameters);
  return conditions.some((name) => [labels, named].some((each) => conditionHolds(policy, name, each)));
}

/** The object that a call names, as an alert's labels would: `type` says of which kind, a pod where there is none. */
function labelsOfCall({ name, type = 'pod' }: Call['parameters']): Labels {
  const labels: Record<string, string> = {}; // a computed key in a literal is slow in V8
  if (name !== undefined) labels[String(type)] = String(name);
  return labels;
}
