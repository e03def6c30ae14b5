/**
 * Label keys that the model was not trained on. A policy lists the labels that may fill a parameter as alternatives, so the
 * model reads a key of the user's own as a known one of the same place: `k8s_pod_name` as `pod`.
 */
import { type Labels, labelValue } from '../../shared/alert/alert.ts';
import { type Alternative, alternativesOf } from '../../shared/runbook/keys.ts';
import type { Policy } from '../../shared/runbook/runbook.ts';
import { renameReferences } from '../../shared/runbook/template.ts';

/** By new key, in the order of the policy: the known keys that may stand in for it, best first. */
export type StandIns = ReturnType<typeof alternativesOf>;

export const NO_STAND_INS: StandIns = new Map();

/** @param known the label keys that the model was trained on */
export function standInsOf({ targets }: Pick<Policy, 'targets'>, known: ReadonlySet<string>): StandIns {
  return alternativesOf(targets.values(), known);
}

/** The new keys of an alert, each with the one that it is read as. */
export function standInsFor(standIns: StandIns, labels: Labels): ReadonlyMap<string, string> {
  const readAs = new Map<string, string>();
  const taken = new Set<string>();
  for (const [key, candidates] of standIns) {
    if (labelValue(labels, key) === undefined) continue;
    const free = ({ key: each, yields }: Alternative) =>
      !taken.has(each) && (yields || labelValue(labels, each) === undefined);
    const standIn = candidates.find(free)?.key;
    if (standIn === undefined) continue;
    readAs.set(key, standIn);
    taken.add(standIn);
  }
  return readAs;
}

/** Labels as the model reads them. */
export function labelsReadAs(readAs: ReadonlyMap<string, string>, labels: Labels): Labels {
  if (readAs.size === 0) return labels;
  const kept = Object.entries(labels).filter(([key]) => !readAs.has(key));
  return Object.fromEntries([...kept, ...[...readAs].map(([key, standIn]) => [standIn, labels[key] ?? ''])]);
}

/** The model's text with the alert's own keys in its references. */
export function ownReferences(readAs: ReadonlyMap<string, string>, text: string): string {
  const keys = new Map([...readAs].map(([key, standIn]) => [standIn, key]));
  return renameReferences(text, (standIn) => keys.get(standIn) ?? standIn);
}
