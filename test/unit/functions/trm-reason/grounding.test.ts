import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectRemediation } from '../../../../functions/trm-reason/select.ts';
import type { Alert } from '../../../../shared/alert/alert.ts';
import type { Parameters } from '../../../../shared/decision.ts';
import { ANY_CONFIDENCE } from '../../../../shared/reasoning/guard.ts';
import { decideSituation } from '../../../../shared/runbook/decide.ts';
import { anyAlert, anyAnnotationText } from '../../../support/arbitraries.ts';
import { checkProperty } from '../../../support/property.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

describe('whatever the model writes and the annotations say', () => {
  const FUNCTIONS = [...smallRunbook.catalogue.keys()];
  /** What the runbook itself puts into calls, and an enumeration or default of a schema; all else must be a label's. */
  const CONSTANTS = new Set<unknown>(['pod', 'deployment', 'statefulset', 'daemonset', '+1', 'flux-system', 'argocd']);
  const SELECTOR = 'app.kubernetes.io/name=';
  const HELD = { pod: 'web-1', namespace: 'shop', deployment: 'web', name: 'apps', node: 'n1' };
  const NAMES = ['name', 'namespace', 'type', 'replicas', 'selector', '__proto__', 'constructor'];
  const KEYS = ['exported_namespace', 'job_name', 'container', '__proto__'];

  const reference = (keys: readonly string[]) => fc.constantFrom(...keys).map((key) => `{{ $labels.${key} }}`);
  const constant = fc.constantFrom(...CONSTANTS, `${SELECTOR}{{ $labels.deployment }}`, '{{ $labels.pod }}-1');
  const foreignText = fc.constantFrom('prod', 'api-7', 'kube-system', '+9', 3, true, 'pod-restart', '');
  const value = fc.oneof(
    { weight: 12, arbitrary: reference(Object.keys(HELD)) },
    { weight: 3, arbitrary: constant },
    { weight: 1, arbitrary: reference(KEYS) },
    { weight: 1, arbitrary: foreignText },
    { weight: 1, arbitrary: anyAnnotationText },
  );
  /** Mostly what the parameter is for, so that many calls come through. */
  const valueFor = (key: string) =>
    key === 'namespace' ? fc.oneof({ weight: 6, arbitrary: reference(['namespace']) }, value) : value;
  /** The parameters that the function requires, and now and then one more. */
  const fitting = fc.constantFrom(...smallRunbook.catalogue.values()).chain(({ name, schema }) => {
    const required = (schema.required as string[] | undefined) ?? [];
    const optional = Object.keys(schema.properties ?? {}).filter((key) => !required.includes(key));
    const model = Object.fromEntries([...required, ...optional.slice(0, 1)].map((key) => [key, valueFor(key)]));
    const parameters = fc.record(model, { requiredKeys: required });
    return fc.record({ lambda_function: fc.constant(name), parameters, reasoning: anyAnnotationText });
  });
  const arbitrary = fc.record({
    lambda_function: anyAnnotationText,
    parameters: fc.dictionary(fc.constantFrom(...NAMES), value),
  });
  const json = fc
    .oneof({ weight: 6, arbitrary: fitting }, { weight: 1, arbitrary })
    .map((written) => JSON.stringify(written));
  const text = fc.oneof(
    { weight: 8, arbitrary: json },
    json.map((written) => `Sure:\n\`\`\`json\n${written}\n\`\`\``),
    fc.tuple(json, fc.nat()).map(([written, at]) => written.slice(0, at % (written.length + 1))),
    fc.tuple(json, json).map((both) => both.join('')),
    fc.json(),
    anyAnnotationText,
  );
  // The alerts name some targets, so that many calls come through and the property is not about abstentions alone.
  const someAlert = fc.tuple(
    anyAlert,
    fc.dictionary(fc.constantFrom('summary', 'description', 'lambda_parameters'), text),
  );
  const holding = someAlert.map(([any, annotations]): Alert => {
    const labels = { ...HELD, ...any.labels };
    return { ...any, labels, annotations: { ...any.annotations, ...annotations } };
  });

  /** An alert and what the model writes of it: mostly the runbook's own call, as the model learnt it. */
  const calling = [...smallRunbook.situations.values()].filter(({ cases }) => cases.some((each) => each.do !== 'none'));
  const answered = fc
    .tuple(holding, fc.constantFrom(...calling), text, fc.nat(5))
    .map(([given, situation, other, choice]): [Alert, string] => {
      const decided = decideSituation(smallRunbook, situation, given.labels);
      if (decided.call === undefined || choice === 0) return [given, other];
      const { call, templates: parameters, reason: reasoning } = decided;
      return [given, JSON.stringify({ lambda_function: call.lambda_function, parameters, reasoning })];
    });

  function foreign({ labels }: Alert, chosen: Parameters): unknown[] {
    const held = new Set<unknown>([...Object.values(labels), ...Object.values(labels).map((each) => SELECTOR + each)]);
    return Object.values(chosen).filter((each) => !held.has(each) && !CONSTANTS.has(each));
  }

  it('a selected call is a function of the catalogue with values of the labels or the runbook', () => {
    const reasonable = fc.tuple(answered, fc.oneof(fc.nat(100), fc.constant(100)));
    const isSound = ([[given, written], percent]: [[Alert, string], number]) => {
      const confidence = percent / 100;
      const reasoned = { text: written, confidence, trace: [] };
      const decision = selectRemediation(smallRunbook, given, reasoned, { none: 0.1, observe: 0.1, mutating: 0.3 });
      if (decision.outcome !== 'selected') return false;
      expect(FUNCTIONS).toContain(decision.lambda_function);
      expect(foreign(given, decision.parameters)).toEqual([]);
      expect(smallRunbook.catalogue.get(decision.lambda_function)?.complaint(decision.parameters)).toBeUndefined();
      const { risk } = smallRunbook.catalogue.get(decision.lambda_function) ?? {};
      expect(confidence).toBeGreaterThanOrEqual(risk === 'observe' ? 0.1 : 0.3);
      return true;
    };
    checkProperty(reasonable, isSound, 1_500);
  });

  it('nothing is changed after an annotation that names no function', () => {
    const property = fc.property(holding, text, (given, written) => {
      const annotations = { ...given.annotations, lambda_function: 'nothing' };
      const reasoned = { text: written, confidence: 1, trace: [] };
      const decision = selectRemediation(smallRunbook, { ...given, annotations }, reasoned, ANY_CONFIDENCE);
      if (decision.outcome !== 'selected') return;
      expect(smallRunbook.catalogue.get(decision.lambda_function)?.risk).toBe('observe');
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('the annotations change nothing', () => {
    checkProperty(answered, ([given, written]) => {
      const decideFor = (some: Alert) =>
        selectRemediation(
          smallRunbook,
          some,
          { text: written, confidence: 1, trace: [] },
          { none: 0.8, observe: 0.8, mutating: 0.95 },
        );
      const decision = decideFor(given);
      expect(decision).toEqual(decideFor({ ...given, annotations: {} }));
      return decision.outcome === 'selected';
    });
  });
});
