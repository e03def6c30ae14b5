import { type Alert, labelValue } from './alert/alert.ts';
import { annotationText, FUNCTION_ANNOTATION, functionTexts } from './alert/exclusion.ts';
import { ownLabels } from './alert/own-labels.ts';
import type { Decision, Parameters, Reason } from './decision.ts';
import { isObject, parseJson } from './json.ts';
import { fillTarget, resolveParameters } from './runbook/decide.ts';
import { type CatalogueFunction, parameterNames, type Runbook } from './runbook/runbook.ts';
import type { Grant } from './runbook/schema.ts';
import { resolveUntrusted } from './runbook/template.ts';

export const PARAMETERS_ANNOTATION = 'lambda_parameters';
/** Characters; a call has a handful of parameters. */
const PARAMETERS_LIMIT = 4_096;

/**
 * The runbook as far as the alert may use it. What names no function of the catalogue, or a parameter that the function does
 * not have, may be a slip or a no in other words: only observe may follow.
 */
export function runbookFor(runbook: Runbook, alert: Alert): Runbook {
  const names = functionTexts(alert);
  if (names.every((name) => runbook.catalogue.has(name)) && !hasUnknownParameter(runbook, alert)) return runbook;
  const observing = [...runbook.catalogue].filter(([, { risk }]) => risk === 'observe');
  return { ...runbook, catalogue: new Map(observing) };
}

function hasUnknownParameter({ catalogue }: Runbook, alert: Alert): boolean {
  const called = catalogue.get(annotationText(alert, FUNCTION_ANNOTATION) ?? '');
  if (called === undefined) return false;
  const written = parseJson(annotationText(alert, PARAMETERS_ANNOTATION) ?? '{}');
  const known = parameterNames(called.schema);
  return known !== undefined && isObject(written) && Object.keys(written).some((key) => !known.includes(key));
}

/**
 * What the alert's static annotation says, authorised and validated; undefined where there is none. An unknown function,
 * one that the policy does not grant, or parameters that do not fit abstain: the chain goes on.
 */
export function decideAnnotation(runbook: Runbook, alert: Alert): Decision | undefined {
  if (!Object.hasOwn(alert.annotations, FUNCTION_ANNOTATION)) return undefined;
  const name = annotationText(alert, FUNCTION_ANNOTATION);
  if (name === undefined) return abstain('unknown_function', 'the annotation lambda_function is empty');
  const called = runbook.catalogue.get(name);
  if (called === undefined) return abstain('unknown_function', 'the annotation names no function of the catalogue');
  const written = readParameters(annotationText(alert, PARAMETERS_ANNOTATION) ?? '{}', alert);
  if ('outcome' in written) return written;
  const parameters = completeParameters(runbook, called, written.parameters, alert);
  if (parameters === undefined) {
    return abstain('invalid_parameters', `the parameters of the annotation do not fit ${called.name}`);
  }
  if (!isGranted(runbook, called, parameters, alert)) {
    return abstain('not_authorised', `the policy does not grant ${called.name} to this alert`);
  }
  const reasoning = 'the annotation of the alert says so';
  return { outcome: 'selected', lambda_function: name, parameters, confidence: 1, reason: 'annotation', reasoning };
}

function abstain(reason: Reason, reasoning: string): Decision & { outcome: 'abstained' } {
  return { outcome: 'abstained', reason, reasoning };
}

/** The parameters as written, references filled; or why they cannot be used. */
function readParameters(
  text: string,
  alert: Alert,
): { parameters: Parameters } | (Decision & { outcome: 'abstained' }) {
  if (text.length > PARAMETERS_LIMIT) {
    return abstain('invalid_parameters', `lambda_parameters is longer than ${PARAMETERS_LIMIT} characters`);
  }
  const written = parseJson(text);
  if (!isObject(written)) return abstain('invalid_parameters', 'lambda_parameters is not a JSON object');
  const parameters: [string, Parameters[string]][] = [];
  for (const [name, value] of Object.entries(written)) {
    if (typeof value === 'number' || typeof value === 'boolean') parameters.push([name, value]);
    else if (typeof value !== 'string') return abstain('invalid_parameters', 'a parameter is neither text nor number');
    else {
      const resolved = resolveUntrusted(value, alert.labels);
      if (resolved === undefined) return abstain('invalid_parameters', 'only {{ $labels.x }} references are filled');
      if ('missing' in resolved) return abstain('missing_label', `the alert has no label ${resolved.missing}`);
      parameters.push([name, resolved.value]);
    }
  }
  // Prometheus expands labels inside this JSON: a value with quotes in it could write a key a second time.
  if (keysIn(text) !== parameters.length) {
    return abstain('invalid_parameters', 'lambda_parameters names a parameter twice');
  }
  return { parameters: Object.fromEntries(parameters) }; // __proto__ stays a key, which no schema has
}

/** How many keys a JSON text writes: outside of strings a colon stands behind each. */
function keysIn(json: string): number {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
}

/** What is written, completed by the first of the function's own ways to fill it that contradicts nothing. */
function completeParameters(
  runbook: Runbook,
  called: CatalogueFunction,
  written: Parameters,
  alert: Alert,
): Parameters | undefined {
  const labels = ownLabels(runbook.policy, alert);
  const candidates = called.fill.map(({ target, parameters: constants = {} }) => {
    const templates = fillTarget(runbook.policy.targets.get(target) ?? [], labels, written) ?? {};
    const agrees = Object.entries(constants).every(
      ([name, value]) => (written[name] ?? value) === value || name === 'replicas',
    );
    return agrees ? { ...resolveParameters(templates, labels), ...constants, ...written } : written;
  });
  return [...candidates, written].find((parameters) => called.complaint(parameters) === undefined);
}

function isGranted(runbook: Runbook, called: CatalogueFunction, parameters: Parameters, alert: Alert): boolean {
  const own = labelValue(alert.labels, 'namespace') ?? '';
  const grant = runbook.policy.annotations.find(({ functions, isIn }) => functions.includes(called.name) && isIn(own));
  return grant !== undefined && isWithin(grant.target, runbook, called, parameters.namespace, alert);
}

function isWithin(
  reach: Grant['target'],
  runbook: Runbook,
  called: CatalogueFunction,
  namespace: Parameters[string] | undefined,
  alert: Alert,
): boolean {
  if (namespace === undefined) return true; // cluster-scoped, or the default of the function
  const properties = called.schema.properties as Record<string, { default?: unknown }> | undefined;
  const own = [labelValue(alert.labels, 'namespace'), properties?.namespace?.default];
  switch (reach) {
    case 'any':
      return true;
    case 'own':
      return own.includes(namespace);
    case 'named':
      return own.includes(namespace) || isNamedByLabel(runbook, alert, namespace);
    default:
      return reach satisfies never;
  }
}

function isNamedByLabel({ policy }: Runbook, { labels }: Alert, namespace: Parameters[string]): boolean {
  const isIt = (template: string) => resolveParameters({ namespace: template }, labels).namespace === namespace;
  return [...policy.targets.values()].some((target) => target.some((family) => family.namespace?.some(isIt)));
}
