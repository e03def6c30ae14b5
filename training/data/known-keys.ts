/** A runbook in the label keys that a model was trained on, as trm-reason lets it read alerts (stand-ins.ts). */
import { standInsOf } from '../../functions/trm-reason/stand-ins.ts';
import { type Matcher, parseMatcher } from '../../shared/runbook/matcher.ts';
import type { Family, Policy, Runbook, RunbookEntry } from '../../shared/runbook/runbook.ts';
import { renameReferences } from '../../shared/runbook/template.ts';

type Rename = (key: string) => string;

/** @param known the label keys of the model's card; a new key that nothing stands for is left, to be learnt */
export function inKnownKeys(runbook: Runbook, known: ReadonlySet<string>): Runbook {
  const standIns = standInsOf(runbook.policy, known);
  if (standIns.size === 0) return runbook;
  const rename: Rename = (key) => standIns.get(key)?.[0]?.key ?? key;
  return { ...runbook, policy: ofPolicy(runbook.policy, rename), entries: runbook.entries.map(ofEntry(rename)) };
}

function ofPolicy(policy: Policy, rename: Rename): Policy {
  const targets = [...policy.targets].map(([name, families]) => [name, families.map(ofFamily(rename))] as const);
  const conditions = [...policy.conditions].map(([name, matchers]) => [name, matchers.map(ofMatcher(rename))] as const);
  return { ...policy, targets: new Map(targets), conditions: new Map(conditions) };
}

const ofFamily =
  (rename: Rename) =>
  (family: Family): Family =>
    Object.fromEntries(
      Object.entries(family).map(([parameter, templates]) => [
        parameter,
        [...new Set(templates.map((template) => renameReferences(template, rename)))],
      ]),
    );

const ofEntry =
  (rename: Rename) =>
  (entry: RunbookEntry): RunbookEntry => ({
    ...entry,
    ...(entry.labels && { labels: [...new Set(entry.labels.map(rename))] }),
    ...(entry.values && {
      values: Object.fromEntries(Object.entries(entry.values).map(([key, of]) => [rename(key), of])),
    }),
    ...(entry.says && { says: entry.says.map((text) => renameReferences(text, rename)) }),
    matchers: entry.matchers.map(ofMatcher(rename)),
  });

const ofMatcher =
  (rename: Rename) =>
  ({ name, operator, value }: Matcher): Matcher =>
    parseMatcher(`${rename(name)}${operator}${JSON.stringify(value)}`);
