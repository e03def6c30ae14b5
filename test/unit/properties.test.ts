import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSelection } from '../../functions/emit-trigger/selection.ts';
import { decideByRules, indexEntries } from '../../functions/rule-fallback/rules.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import { decideAnnotation } from '../../shared/annotation.ts';
import type { Decision, Parameters } from '../../shared/decision.ts';
import { decideSituation } from '../../shared/runbook/decide.ts';
import { isGrounded } from '../../shared/runbook/ground.ts';
import { anyAlert, anyAnnotationText } from './arbitraries.ts';
import { smallRunbook } from './small-runbook.ts';

const index = indexEntries(smallRunbook);
/** The constants that a rule of the small runbook may put into a call; all else must be a label's value. */
const CONSTANTS = new Set<unknown>(['pod', 'deployment', '+1']);
const SELECTOR = 'app.kubernetes.io/name=';
const RUNS = { numRuns: 500 };

/** The values of a call that are neither a label's value nor a constant, read without the code under test. */
function foreignValues(parameters: Parameters, { labels }: Alert): unknown[] {
  const values = new Set<unknown>(Object.values(labels));
  const bare = (value: unknown) => (String(value).startsWith(SELECTOR) ? String(value).slice(SELECTOR.length) : value);
  return Object.values(parameters).filter((value) => !values.has(bare(value)) && !CONSTANTS.has(value));
}

function expectSound(decision: Decision, alert: Alert): void {
  if (decision.outcome !== 'selected') return;
  expect(foreignValues(decision.parameters, alert)).toEqual([]);
  expect(smallRunbook.catalogue.get(decision.lambda_function)?.complaint(decision.parameters)).toBeUndefined();
  expect(isGrounded(smallRunbook, alert, decision)).toBe(true);
}

describe('whatever the labels are', () => {
  it('a decision of the rules calls a function of the catalogue with values of the labels or of the runbook', () => {
    const property = fc.property(anyAlert, (alert) => expectSound(decideByRules(smallRunbook, index, alert), alert));
    fc.assert(property, RUNS);
  });

  it('so does every situation', () => {
    const situation = fc.constantFrom(...smallRunbook.situations.values());
    const property = fc.property(situation, anyAlert, (any, alert) => {
      const { call } = decideSituation(smallRunbook, any, ownLabels(smallRunbook.policy, alert));
      if (call === undefined) return;
      expectSound({ outcome: 'selected', reason: 'matched', reasoning: '', confidence: 1, ...call }, alert);
    });
    fc.assert(property, RUNS);
  });

  it('nothing but observe is chosen in a protected namespace', () => {
    const property = fc.property(anyAlert, (alert) => {
      const labels = { ...alert.labels, namespace: 'kube-system', exported_namespace: '' };
      const decision = decideByRules(smallRunbook, index, { ...alert, labels });
      if (decision.outcome !== 'selected' || decision.lambda_function !== 'pod-restart') return;
      expect(decision.parameters.namespace).not.toBe('kube-system');
    });
    fc.assert(property, RUNS);
  });
});

describe('whatever the annotation says', () => {
  const names = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...smallRunbook.catalogue.keys()) },
    anyAnnotationText,
  );

  it('a static call is one that the policy grants, to the alert’s own namespace or one that its labels name', () => {
    const property = fc.property(anyAlert, names, anyAnnotationText, (alert, lambda_function, lambda_parameters) => {
      const annotations = { ...alert.annotations, lambda_function, lambda_parameters };
      const decision = decideAnnotation(smallRunbook, { ...alert, annotations });
      if (decision?.outcome !== 'selected') return;
      const own = alert.labels.namespace ?? '';
      const granted = smallRunbook.policy.annotations.filter(
        ({ functions, namespaces }) =>
          functions.includes(decision.lambda_function) &&
          (own === '' ? namespaces.includes('') : namespaces.includes('*')),
      );
      expect(granted).not.toEqual([]);
      expect(smallRunbook.catalogue.get(decision.lambda_function)?.complaint(decision.parameters)).toBeUndefined();
      const { namespace } = decision.parameters;
      if (own === '' || namespace === undefined) return;
      expect([...Object.values(alert.labels), 'flux-system', 'argocd']).toContain(namespace);
      if (granted[0]?.target === 'own') expect(namespace).toBe(own);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('a call in its name that it does not make is refused', () => {
    const call = fc.record({
      lambda_function: fc.constantFrom(...smallRunbook.catalogue.keys()),
      parameters: fc.dictionary(fc.constantFrom('name', 'namespace', 'type'), anyAnnotationText),
    });
    const property = fc.property(anyAlert, call, (alert, { lambda_function, parameters }) => {
      const selection = { alert, lambda_function, parameters, confidence: 1, reasoning: '', attempts: [] };
      expect(() => checkSelection(smallRunbook, { ...selection, method: 'static' })).toThrow();
    });
    fc.assert(property, RUNS);
  });

  it('text of an annotation never becomes a value of a rule’s call', () => {
    const property = fc.property(anyAlert, anyAnnotationText, (alert, text) => {
      const plain = decideByRules(smallRunbook, index, alert);
      const annotations = { ...alert.annotations, summary: text, description: text, lambda_parameters: text };
      expect(decideByRules(smallRunbook, index, { ...alert, annotations })).toEqual(plain);
    });
    fc.assert(property, RUNS);
  });
});
