import type { Problem, SourceFile } from '../../text/document.ts';
import { parameterNames } from '../runbook.ts';
import type { CatalogueFile } from '../schema.ts';
import { type KnownNames, reporter, requireAllKnown, requireKnown } from './report.ts';

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

/** What the parameter of a namespace may be called by somebody who does not know that its name counts; Vault and others have some too. */
const NAMESPACE_LIKE = /^(ns|((kube|kubernetes|k8s|target|pod|workload|deployment|app|object)[_-]?)?name[_-]?space)$/i;

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
