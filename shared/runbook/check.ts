import type { Path, Problem, SourceFile } from '../text/document.ts';
import { listed } from '../text/listed.ts';
import { didYouMean } from '../text/nearest.ts';
import { namesCondition } from './conditions.ts';
import { NO_FUNCTION } from './decide.ts';
import { maintenanceComplaint } from './maintenance.ts';
import { checkMatcher } from './matcher.ts';
import { namespaceComplaint, namespaceSet } from './namespaces.ts';
import type { RemediationSection } from './remediation.ts';
import { parameterNames } from './runbook.ts';
import {
  type AlertsFile,
  type Case,
  type CatalogueFile,
  type Entry,
  familyOf,
  type PolicyFile,
  type SituationsFile,
} from './schema.ts';
import { references } from './template.ts';

type Report = (path: Path, message: string) => void;

/** The names that a runbook declares; undefined where the file that declares them cannot be read. */
export interface KnownNames {
  readonly functions?: readonly string[];
  /** The parameters of each function; undefined of one whose schema does not list them. */
  readonly parameters?: ReadonlyMap<string, readonly string[] | undefined>;
  readonly targets?: readonly string[];
  readonly conditions?: readonly string[];
  readonly situations?: readonly string[];
}

/** Checks that what a function fills its parameters from exists, and that the policy can tell where it acts. */
export function checkCatalogue(source: SourceFile<CatalogueFile>, known: KnownNames, problems: Problem[]): void {
  const report = reporter(source, problems);
  for (const [name, declared] of Object.entries(source.content.functions)) {
    const path = ['functions', name];
    const own = parameterNames(declared.parameters);
    for (const [index, { target, parameters = {} }] of declared.fill.entries()) {
      requireKnown('target', target, known.targets, [...path, 'fill', index, 'target'], report);
      const constants = Object.keys(parameters);
      requireAllKnown('parameter', constants, own, [...path, 'fill', index, 'parameters'], report);
    }
    const { required = [] } = declared.parameters as { required?: unknown };
    if (isTextList(required)) requireAllKnown('parameter', required, own, [...path, 'parameters', 'required'], report);
    const namespace = own?.find((each) => NAMESPACE_LIKE.test(each));
    if (declared.risk !== 'observe' && namespace !== undefined && own?.includes('namespace') === false) {
      const message = `${name}: call the parameter "${namespace}" namespace: by that name the policy protects namespaces`;
      report([...path, 'parameters'], message);
    }
  }
}

/** What the parameter of a namespace may be called by somebody who does not know that its name counts. */
const NAMESPACE_LIKE = /^(ns|.*name_?space)$/i;

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** Checks namespaces, functions of grants, templates of targets, conditions and what they forbid. */
export function checkPolicy(source: SourceFile<Partial<PolicyFile>>, known: KnownNames, problems: Problem[]): void {
  const report = reporter(source, problems);
  const { protectedNamespaces = [], annotations = [], forbidden = {}, storesData, targets = {} } = source.content;
  checkNamespaces(protectedNamespaces, ['protectedNamespaces'], report);
  for (const [index, { namespaces, functions }] of annotations.entries()) {
    checkNamespaces(namespaces, ['annotations', index, 'namespaces'], report);
    requireAllKnown('function', functions, known.functions, ['annotations', index, 'functions'], report);
  }
  for (const [name, conditions] of Object.entries(forbidden)) {
    requireKnown('function', name, known.functions, ['forbidden', name], report);
    requireAllKnown('condition', conditions, known.conditions, ['forbidden', name], report);
  }
  for (const [index, name] of (storesData?.names ?? []).entries()) {
    attempt(() => checkMatcher(`name=~${JSON.stringify(name)}`), ['storesData', 'names', index], report);
  }
  checkMatchers(
    (storesData?.labels ?? []).map((label) => `${label}=""`),
    ['storesData', 'labels'],
    report,
  );
  checkTargets(targets, known, report);
  for (const [name, texts] of Object.entries(source.content.conditions ?? {})) {
    checkCondition(texts, ['conditions', name], known, report);
  }
  checkRemediation(source.content.remediation ?? {}, known, report);
}

function checkNamespaces(patterns: readonly string[], path: Path, report: Report): void {
  for (const [index, pattern] of patterns.entries()) {
    const complaint = pattern === '' ? undefined : namespaceComplaint(pattern);
    if (complaint !== undefined) report([...path, index], `"${pattern}" can match no namespace; give ${complaint}`);
  }
}

function checkCondition(texts: readonly string[], path: Path, known: KnownNames, report: Report): void {
  for (const [index, text] of texts.entries()) {
    if (namesCondition(text)) requireKnown('condition', text, known.conditions, [...path, index], report);
    else attempt(() => checkMatcher(text), [...path, index], report);
  }
}

function checkRemediation(
  { rules = [], bounds = {}, maintenance = [] }: RemediationSection,
  known: KnownNames,
  report: Report,
): void {
  for (const [index, { functions = [], namespaces = [] }] of rules.entries()) {
    const path = ['remediation', 'rules', index];
    for (const [position, name] of functions.entries()) {
      if (!name.includes('*'))
        requireKnown('function', name, known.functions, [...path, 'functions', position], report);
      else if (known.functions?.some(namespaceSet([name]).has) === false)
        report([...path, 'functions', position], `"${name}" matches no function; known are ${listed(known.functions)}`);
    }
    checkNamespaces(namespaces, [...path, 'namespaces'], report);
  }
  for (const [name, ofParameters] of Object.entries(bounds)) {
    requireKnown('function', name, known.functions, ['remediation', 'bounds', name], report);
    for (const parameter of Object.keys(ofParameters)) {
      const path = ['remediation', 'bounds', name, parameter];
      requireKnown('parameter', parameter, known.parameters?.get(name), path, report);
    }
  }
  for (const [index, window] of maintenance.entries()) {
    const complaint = maintenanceComplaint(window);
    if (complaint !== undefined) report(['remediation', 'maintenance', index], complaint);
    checkNamespaces(window.namespaces ?? [], ['remediation', 'maintenance', index, 'namespaces'], report);
  }
}

/** The parameters of all functions; undefined where one of them does not list its own. */
function allParameters({ parameters }: KnownNames): readonly string[] | undefined {
  const lists = [...(parameters?.values() ?? [undefined])];
  const named = lists.flatMap((names) => names ?? []);
  return lists.includes(undefined) ? undefined : [...new Set(named)];
}

function checkTargets(targets: PolicyFile['targets'], known: KnownNames, report: Report): void {
  const parameters = allParameters(known);
  for (const [target, families] of Object.entries(targets)) {
    for (const [position, family] of families.entries()) {
      for (const [name, templates] of Object.entries(family)) {
        requireKnown('parameter', name, parameters, ['targets', target, position, name], report);
        for (const [index, template] of templates.entries()) {
          attempt(() => references(template), ['targets', target, position, name, index], report);
        }
      }
    }
  }
}

/** Checks that the cases of a situation use functions, targets and conditions that exist. */
export function checkSituations(source: SourceFile<SituationsFile>, known: KnownNames, problems: Problem[]): void {
  const report = reporter(source, problems);
  const checkCase = (each: Case, path: Path) => {
    if (each.do !== NO_FUNCTION) requireKnown('function', each.do, known.functions, [...path, 'do'], report);
    if (each.target !== undefined) requireKnown('target', each.target, known.targets, [...path, 'target'], report);
    for (const key of ['when', 'unless'] as const) {
      requireAllKnown('condition', each[key] ?? [], known.conditions, [...path, key], report);
    }
    for (const [name, value] of Object.entries(each.parameters ?? {})) {
      requireKnown('parameter', name, known.parameters?.get(each.do), [...path, 'parameters', name], report);
      if (typeof value === 'string') attempt(() => references(value), [...path, 'parameters', name], report);
    }
  };
  for (const [name, { cases }] of Object.entries(source.content.situations)) {
    for (const [index, each] of cases.entries()) checkCase(each, ['situations', name, 'cases', index]);
  }
}

/** Checks the entries of all files: ids stand once, situations exist, matchers parse, no entry is out of reach. */
export function checkAlerts(sources: readonly SourceFile<AlertsFile>[], known: KnownNames, problems: Problem[]): void {
  const ids = new Map<string, string>();
  const decided = new Map<string, string>(); // alert name → the entry that takes it without further matchers
  for (const source of sources) {
    const report = reporter(source, problems);
    for (const [index, entry] of source.content.alerts.entries()) {
      const path = ['alerts', index];
      const other = ids.get(entry.id);
      if (other !== undefined) report([...path, 'id'], `the id "${entry.id}" stands in ${other} already`);
      ids.set(entry.id, source.file);
      requireKnown('situation', entry.situation, known.situations, [...path, 'situation'], report);
      checkMatchers(entry.match ?? [], [...path, 'match'], report);
      checkReach(entry, path, decided, report);
    }
  }
}

/** Checks that families have members: a misspelt one would separate its entry from its siblings unnoticed. */
export function checkFamilies(sources: readonly SourceFile<AlertsFile>[], problems: Problem[]): void {
  const sizes = new Map<string, number>();
  for (const entry of sources.flatMap(({ content }) => content.alerts)) {
    sizes.set(familyOf(entry), (sizes.get(familyOf(entry)) ?? 0) + 1);
  }
  for (const source of sources) {
    const report = reporter(source, problems);
    for (const [index, { family }] of source.content.alerts.entries()) {
      if (family === undefined || sizes.get(family) !== 1) continue;
      report(['alerts', index, 'family'], `no other entry is of family "${family}": correct its spelling or remove it`);
    }
  }
}

function checkReach(entry: Entry, path: Path, decided: Map<string, string>, report: Report): void {
  if (entry.names === undefined && entry.match === undefined) {
    report(path, `${entry.id}: give names or match, or it would take every alert`);
  }
  if (entry.pinned === true && entry.names === undefined) {
    report([...path, 'pinned'], `${entry.id}: give names; only an alert's exact name is pinned`);
  }
  for (const [position, name] of (entry.names ?? []).entries()) {
    const taken = decided.get(name);
    if (taken !== undefined) {
      report(
        [...path, 'names', position],
        `${name} never gets here: the entry "${taken}" takes it; remove one of the two`,
      );
    } else if (entry.match === undefined) {
      decided.set(name, entry.id);
    }
  }
}

function checkMatchers(texts: readonly string[], path: Path, report: Report): void {
  for (const [index, text] of texts.entries()) attempt(() => checkMatcher(text), [...path, index], report);
}

function attempt(check: () => unknown, path: Path, report: Report): void {
  try {
    check();
  } catch (error) {
    report(path, error instanceof Error ? error.message : 'is invalid');
  }
}

function requireAllKnown(
  kind: string,
  names: readonly string[],
  known: readonly string[] | undefined,
  path: Path,
  report: Report,
): void {
  for (const [index, name] of names.entries()) requireKnown(kind, name, known, [...path, index], report);
}

function requireKnown(
  kind: string,
  name: string,
  known: readonly string[] | undefined,
  path: Path,
  report: Report,
): void {
  if (known === undefined || known.includes(name)) return;
  report(path, `unknown ${kind} "${name}"; ${didYouMean(name, known)}known are ${listed(known)}`);
}

function reporter({ file, lineOf }: SourceFile<unknown>, problems: Problem[]): Report {
  return (path, message) => problems.push({ file, line: lineOf(path), message });
}
