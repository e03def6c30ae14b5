import type { Alert } from '../alert/alert.ts';
import type { Call } from '../decision.ts';
import { resolveParameters } from './decide.ts';
import type { Runbook } from './runbook.ts';

/**
 * The first parameter whose value comes neither from the alert's labels nor from the runbook, or undefined. This is the
 * fence behind every tier: whatever a model, a sender or an annotation says, a value that the alert's labels do not hold
 * is not carried out.
 */
export function ungroundedParameter(runbook: Runbook, alert: Alert, call: Call): string | undefined {
  const values = new Set<unknown>([...Object.values(alert.labels), ...constantsOf(runbook, call.lambda_function)]);
  return Object.keys(call.parameters).find((name) => {
    const value = call.parameters[name];
    return !values.has(value) && !targetValues(runbook, alert, name).has(value);
  });
}

/** What the targets of the policy make of the labels for a parameter: every alternative, not only the best. */
function targetValues(runbook: Runbook, alert: Alert, name: string): Set<unknown> {
  const templates = new Set([...runbook.policy.targets.values()].flatMap((target) => target[name] ?? []));
  return new Set([...templates].map((template) => resolveParameters({ [name]: template }, alert.labels)[name]));
}

/** The constants that a call of the function may hold: enumerations and defaults of its schema, and the runbook's own. */
function constantsOf(runbook: Runbook, name: string): unknown[] {
  const called = runbook.catalogue.get(name);
  const properties = Object.values(
    (called?.schema.properties ?? {}) as Record<string, { enum?: unknown[]; default?: unknown }>,
  );
  const cases = [...runbook.situations.values()].flatMap((situation) => situation.cases);
  return [
    ...properties.flatMap((property) => [...(property.enum ?? []), property.default]),
    ...(called?.fill ?? []).flatMap((fill) => Object.values(fill.parameters ?? {})),
    ...cases.filter((each) => each.do === name).flatMap((each) => Object.values(each.parameters ?? {})),
  ];
}
