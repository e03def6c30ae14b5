import type { Path, Problem, SourceFile } from '../../text/document.ts';
import { namesCondition } from '../conditions.ts';
import { checkMatcher } from '../matcher.ts';
import type { PolicyFile } from '../schema.ts';
import { references } from '../template.ts';
import { checkNamespaces, checkRemediation } from './remediation.ts';
import {
  attempt,
  checkMatchers,
  type KnownNames,
  type Report,
  reporter,
  requireAllKnown,
  requireKnown,
} from './report.ts';

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

function checkCondition(texts: readonly string[], path: Path, known: KnownNames, report: Report): void {
  for (const [index, text] of texts.entries()) {
    if (namesCondition(text)) requireKnown('condition', text, known.conditions, [...path, index], report);
    else attempt(() => checkMatcher(text), [...path, index], report);
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
