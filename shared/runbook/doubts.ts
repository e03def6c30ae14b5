import type { Fitting, Path, Problem } from '../text/document.ts';
import { didYouMean } from '../text/nearest.ts';
import { NO_FUNCTION } from './decide.ts';
import { LAYER_FILES, type Layer } from './layer.ts';
import { checkMatcher, type Matcher } from './matcher.ts';
import { namespaceComplaint } from './namespaces.ts';
import type { AlertsFile, Case, Entry, PolicyFile, SituationsFile } from './schema.ts';

type Doubt = readonly [path: Path, message: string];

/** What is sound and can have no effect, so that it is likely not meant so. */
export function doubtsOf({ directory, files, policy, situations, alerts, patterns }: Layer): Problem[] {
  return [
    ...files.flatMap(fileDoubts).map((message) => ({ file: directory, line: 1, message })),
    ...(policy === undefined ? [] : placed(policy, policyDoubts(policy.content))),
    ...(situations === undefined ? [] : placed(situations, situationsDoubts(situations.content))),
    ...[...alerts, ...patterns].flatMap((source) => placed(source, alertsDoubts(source.content))),
  ];
}

/** The places that say what must be filled in, as agent-sre new leaves them. */
export function unfilledIn({ catalogue, policy, situations, alerts, patterns }: Layer): Problem[] {
  const files = [catalogue, policy, situations, ...alerts, ...patterns];
  return files.flatMap((source) =>
    source === undefined ? [] : placed(source, unfilledPaths(source.content, []).map(unfilled)),
  );
}

function unfilled(path: Path): Doubt {
  return [path, `${path.join('.')} says TODO; fill it in`];
}

// What was left out of a file might have been the effect.
function placed({ file, lineOf, leftOut }: Fitting<unknown>, doubts: readonly Doubt[]): Problem[] {
  if (leftOut.length > 0) return [];
  return doubts.map(([path, message]) => ({ file, line: lineOf(path), message }));
}

const READ = new RegExp(`^(${LAYER_FILES.join('|')})(\\.(yaml|json))?$`);

function fileDoubts(name: string): string[] {
  if (READ.test(name) || !/\.(ya?ml|json)$/.test(name)) return [];
  const known = LAYER_FILES.filter((file) => file !== 'alerts').map((file) => `${file}.yaml`);
  return [`${name} is not read; ${didYouMean(name, known)}entries belong into alerts/`];
}

function policyDoubts({ clusters = [], storesData, remediation = {} }: Partial<PolicyFile>): Doubt[] {
  return [
    ...clusters.flatMap((cluster, index): Doubt[] =>
      cluster.includes('*')
        ? [[['clusters', index], `"${cluster}" matches only itself: clusters are exact values`]]
        : spaceDoubts(cluster, ['clusters', index]),
    ),
    ...remediationDoubts(remediation),
    ...(storesData?.names ?? []).flatMap((name, index): Doubt[] =>
      /\s/.test(name) ? [[['storesData', 'names', index], `"${name}" matches nothing: no name has a space`]] : [],
    ),
  ];
}

function remediationDoubts({ rules = [], protectedNames = [] }: NonNullable<PolicyFile['remediation']>): Doubt[] {
  const ofRules = rules.flatMap(({ functions, risks, namespaces, clusters = [], ...says }, index): Doubt[] => {
    const path = ['remediation', 'rules', index];
    const spaces = clusters.flatMap((cluster, at) => spaceDoubts(cluster, [...path, 'clusters', at]));
    const isSilent = Object.keys(says).length === 0;
    return isSilent
      ? [...spaces, [path, 'the rule says nothing; give mode, static, cooldown or verification']]
      : spaces;
  });
  const ofNames = protectedNames.flatMap((name, index): Doubt[] =>
    /^[a-z0-9.:*-]+$/.test(name)
      ? []
      : [
          [
            ['remediation', 'protectedNames', index],
            `no object of Kubernetes is named "${name}"; * stands for any characters`,
          ],
        ],
  );
  return [...ofRules, ...ofNames];
}

function spaceDoubts(value: string, path: Path): Doubt[] {
  return value === value.trim() ? [] : [[path, `"${value}" begins or ends with a space, which counts`]];
}

/** Cases behind one that holds for every alert. */
function situationsDoubts({ situations }: SituationsFile): Doubt[] {
  return Object.entries(situations).flatMap(([name, { cases }]): Doubt[] => {
    const end = cases.findIndex(alwaysHolds);
    if (end === -1 || end === cases.length - 1) return [];
    return [[['situations', name, 'cases', end + 1], `never gets here: the case before it holds for every alert`]];
  });
}

function alwaysHolds({ do: lambdaFunction, when = [], unless = [] }: Case): boolean {
  return lambdaFunction === NO_FUNCTION && when.length + unless.length === 0;
}

function alertsDoubts({ alerts }: AlertsFile): Doubt[] {
  return alerts.flatMap((entry, index) =>
    entryDoubts(entry).map(([path, message]): Doubt => [['alerts', index, ...path], `${entry.id}: ${message}`]),
  );
}

function entryDoubts({ names = [], match = [] }: Entry): Doubt[] {
  const matchers = match.flatMap(readMatcher);
  const patterned = names.flatMap((name, index): Doubt[] =>
    /[*^$\\]|\.\+/.test(name)
      ? [[['names', index], `"${name}" matches only itself: names are exact; write match: ['alertname=~"…"']`]]
      : [],
  );
  return [...patterned, ...matchers.flatMap(namespaceDoubts), ...contradictions(names, matchers)];
}

interface Line {
  readonly matcher: Matcher;
  readonly path: Path;
}

// What does not parse is a problem, not a doubt: check.ts names it.
function readMatcher(text: string, index: number): Line[] {
  try {
    return [{ matcher: checkMatcher(text), path: ['match', index] }];
  } catch {
    return [];
  }
}

function namespaceDoubts({ matcher: { name, operator, value }, path }: Line): Doubt[] {
  if (!/(^|_)namespace$/.test(name) || value === '') return [];
  if (operator === '=' && (value.includes('*') || namespaceComplaint(value) !== undefined)) {
    return [[path, `no namespace is named "${value}"; write lower-case letters, digits and -, or =~ for a pattern`]];
  }
  const isGlob = operator === '=~' && /[a-z0-9-]\*/i.test(value);
  return isGlob ? [[path, `* repeats the character before it in "${value}"; write .* for any characters`]] : [];
}

/** Matchers that cannot hold together, and those that none of the entry's names meets. */
function contradictions(names: readonly string[], lines: readonly Line[]): Doubt[] {
  const fixed = lines.filter(({ matcher }) => matcher.operator === '=');
  return lines.flatMap(({ matcher, path }): Doubt[] => {
    const values =
      matcher.name === 'alertname' ? names : fixed.flatMap(({ matcher: other }) => valueFor(matcher, other));
    if (values.length === 0 || values.some((value) => matcher.test({ [matcher.name]: value }))) return [];
    const what = matcher.name === 'alertname' ? 'none of its names' : `${matcher.name}="${values[0]}"`;
    return [[path, `can match no alert: ${what} meets this matcher`]];
  });
}

function valueFor(matcher: Matcher, other: Matcher): string[] {
  return other !== matcher && other.name === matcher.name ? [other.value] : [];
}

function unfilledPaths(value: unknown, path: Path): Path[] {
  if (typeof value === 'string') return /^TODO\b/.test(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return members.flatMap(([key, member]) => unfilledPaths(member, [...path, key]));
}
