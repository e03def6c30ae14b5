/** Names an alert by the object that a policy reads from its labels. */
import type { Labels } from '../shared/alert/alert.ts';
import { ownLabels } from '../shared/alert/own-labels.ts';
import { isObject } from '../shared/json.ts';
import { fillTarget, resolveParameters } from '../shared/runbook/decide.ts';
import { keysByParameter } from '../shared/runbook/keys.ts';
import type { Policy, Target } from '../shared/runbook/runbook.ts';
import { alertText, OBJECT_LABELS } from './read-ending.ts';

/** The alert's name and the object that the policy reads; without one, the labels that best say which alert it is. */
export function alertTextBy(policy: Policy, alert: unknown): string {
  const labels = textLabels(alert);
  const { alertname } = labels;
  if (!alertname) return alertText(alert);
  const own = ownLabels(policy, { alertname, labels });
  const targets = [...policy.targets.values()].sort((left, right) => rankOf(left) - rankOf(right));
  const named = targets.map((target) => objectOf(target, own)).find((object) => object !== undefined);
  return alertText({ labels: named === undefined ? own : { alertname, ...named } });
}

/** In the place of the label that says best which object an alert is about. */
function rankOf(target: Target): number {
  const [names = []] = keysByParameter(target.map(({ name = [] }) => ({ name })));
  const ranks = names.map((key) => OBJECT_LABELS.indexOf(key)).filter((rank) => rank >= 0);
  return Math.min(OBJECT_LABELS.length, ...ranks);
}

/** The object of a target, as labels; an alert may name one without its namespace. */
function objectOf(target: Target, labels: Labels): Labels | undefined {
  const { exported_namespace: renamed, namespace: plain = '' } = labels;
  const filled = fillTarget(target, labels) ?? fillTarget(target, labels, { namespace: '' });
  const { name, namespace = renamed ?? plain } = resolveParameters(filled ?? {}, labels);
  return name === undefined ? undefined : { name: String(name), namespace: String(namespace) };
}

function textLabels(alert: unknown): Labels {
  const labels = isObject(alert) && isObject(alert.labels) ? alert.labels : {};
  return Object.fromEntries(
    Object.entries(labels).filter((label): label is [string, string] => typeof label[1] === 'string'),
  );
}
