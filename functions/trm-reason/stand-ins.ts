/**
 * Label keys that the model was not trained on. A policy lists the labels that may fill a parameter as alternatives, so the
 * model reads a key of the user's own as a known one of the same place: `k8s_pod_name` as `pod`.
 */
import { type Labels, labelValue } from '../../shared/alert/alert.ts';
import { keysByParameter } from '../../shared/runbook/keys.ts';
import type { Policy, Target } from '../../shared/runbook/runbook.ts';
import { references, renameReferences } from '../../shared/runbook/template.ts';

interface StandIn {
  readonly key: string;
  /** Whether the policy prefers the new key to this one, so that it is read in its place where an alert has both. */
  readonly yields: boolean;
}

/** By new key, in the order of the policy: known keys of the same parameter, those that it is listed with first. */
export type StandIns = ReadonlyMap<string, readonly StandIn[]>;

export const NO_STAND_INS: StandIns = new Map();

/** @param known the label keys that the model was trained on */
export function standInsOf({ targets }: Pick<Policy, 'targets'>, known: ReadonlySet<string>): StandIns {
  const standIns = new Map<string, readonly StandIn[]>();
  for (const target of targets.values()) {
    for (const keys of keysByParameter(target)) {
      for (const [at, key] of keys.entries()) {
        if (known.has(key) || standIns.has(key)) continue;
        const after = keys.slice(at + 1).map((each) => ({ key: each, yields: true }));
        const before = keys.slice(0, at).map((each) => ({ key: each, yields: false }));
        const candidates = [...after, ...before.reverse()].filter((each) => known.has(each.key));
        if (candidates.length > 0) standIns.set(key, listedWithFirst(target, key, candidates));
      }
    }
  }
  return standIns;
}

/** Of other families the plainest key is best: `pod` is met more often than `exported_pod`. */
function listedWithFirst(target: Target, key: string, candidates: readonly StandIn[]): readonly StandIn[] {
  const lists = target.flatMap((family) => Object.values(family)).map((templates) => templates.flatMap(references));
  const beside = new Set(lists.filter((keys) => keys.includes(key)).flat());
  const others = candidates.filter((each) => !beside.has(each.key));
  return [
    ...candidates.filter((each) => beside.has(each.key)),
    ...others.sort((left, right) => left.key.length - right.key.length),
  ];
}

/** The new keys of an alert, each with the one that it is read as. */
export function standInsFor(standIns: StandIns, labels: Labels): ReadonlyMap<string, string> {
  const readAs = new Map<string, string>();
  const taken = new Set<string>();
  for (const [key, candidates] of standIns) {
    if (labelValue(labels, key) === undefined) continue;
    const free = ({ key: each, yields }: StandIn) =>
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
