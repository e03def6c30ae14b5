import type { Path, Problem, SourceFile } from '../../text/document.ts';
import { NO_FUNCTION } from '../decide.ts';
import type { Case, SituationsFile } from '../schema.ts';
import { references } from '../template.ts';
import { attempt, type KnownNames, reporter, requireAllKnown, requireKnown } from './report.ts';

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
