import type { Alert } from '../alert/alert.ts';
import type { Call } from '../decision.ts';
import { resolveParameters } from './decide.ts';
import type { Runbook } from './runbook.ts';

/**
 * The first parameter whose value the runbook would not have put there for this alert, or undefined. This is the fence
 * behind every tier: whatever a model or a sender says, a parameter holds what a target of its function makes of the
 * alert's labels, or a constant of the runbook for that parameter. A label counts by what it means: the severity of an
 * alert is no node.
 */
export function ungroundedParameter(runbook: Runbook, alert: Alert, call: Call): string | undefined {
  return Object.entries(call.parameters).find(([name, value]) => {
    return !parameterValues(runbook, alert, call.lambda_function, name).has(value);
  })?.[0];
}

/** What the runbook's targets, cases and schema allow for one parameter of a function; every alternative, not the best only. */
function parameterValues(runbook: Runbook, alert: Alert, lambda_function: string, name: string): Set<unknown> {
  const called = runbook.catalogue.get(lambda_function);
  const cases = [...runbook.situations.values()].flatMap((situation) => situation.cases);
  const ways = [...(called?.fill ?? []), ...cases.filter((each) => each.do === lambda_function)];
  const templates = ways.flatMap(({ target, parameters }) => [
    ...(runbook.policy.targets.get(target ?? '')?.[name] ?? []),
    ...(parameters?.[name] === undefined ? [] : [parameters[name]]),
  ]);
  const filled = [...new Set(templates)].map((template) => resolveParameters({ [name]: template }, alert.labels)[name]);
  const properties = called?.schema.properties as Record<string, { enum?: unknown[]; default?: unknown }> | undefined;
  const { enum: choices = [], default: fallback } = properties?.[name] ?? {};
  return new Set([...filled, ...choices, fallback].filter((value) => value !== undefined));
}
