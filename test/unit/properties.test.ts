import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSelection } from '../../functions/emit-trigger/check.ts';
import { decideByRules } from '../../functions/rule-fallback/rules.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import { decideAnnotation } from '../../shared/annotation.ts';
import type { Call, Parameters } from '../../shared/decision.ts';
import { decideSituation } from '../../shared/runbook/decide.ts';
import { withoutFences } from '../../shared/runbook/fence.ts';
import { indexEntries } from '../../shared/runbook/first-entry.ts';
import { decidedInstead, isGrounded } from '../../shared/runbook/ground.ts';
import { isMutating, riskOf, type Situation, withDefaults } from '../../shared/runbook/runbook.ts';
import { annotationOf, anyAlert, anyAnnotationText } from '../support/arbitraries.ts';
import { checkProperty } from '../support/property.ts';
import { smallRunbook } from '../support/small-runbook.ts';

const { catalogue, policy, situations } = smallRunbook;
const index = indexEntries(smallRunbook);
/** The constants that a case of the shipped situations may put into a call; all else must be a label's value. */
const CONSTANTS = new Set<unknown>(['pod', 'deployment', '+1']);
const SELECTOR = 'app.kubernetes.io/name=';

const calling = [...situations.values()].filter(({ cases }) => cases.some((each) => each.do !== 'none'));
const anySituation = fc.constantFrom(...calling);
const mutating = [...catalogue.keys()].filter((name) => isMutating(catalogue, name));

/** The values of a call that are neither a label's value nor a constant, read without the code under test. */
function foreignValues(parameters: Parameters, { labels }: Alert): unknown[] {
  const values = new Set<unknown>(Object.values(labels));
  const bare = (value: unknown) => (String(value).startsWith(SELECTOR) ? String(value).slice(SELECTOR.length) : value);
  return Object.values(parameters).filter((value) => !values.has(bare(value)) && !CONSTANTS.has(value));
}

function expectSound(call: Call, alert: Alert): void {
  expect(foreignValues(call.parameters, alert)).toEqual([]);
  expect(catalogue.get(call.lambda_function)?.complaint(call.parameters)).toBeUndefined();
  expect(isGrounded(smallRunbook, alert, call)).toBe(true);
}

function callOf(situation: Situation, alert: Alert): Call | undefined {
  return decideSituation(smallRunbook, situation, ownLabels(policy, alert)).call;
}

describe('whatever the labels are', () => {
  it('a decision of the rules calls a function of the catalogue with values of the labels or of the runbook', () => {
    checkProperty(anyAlert, (alert) => {
      const decision = decideByRules(smallRunbook, index, alert);
      if (decision.outcome !== 'selected') return false;
      expectSound(decision, alert);
      return true;
    });
  });

  it('so does every situation', () => {
    checkProperty(fc.tuple(anySituation, anyAlert), ([situation, alert]) => {
      const call = callOf(situation, alert);
      if (call === undefined) return false;
      expectSound(call, alert);
      return true;
    });
  });
});

describe('nothing but observe is chosen in a protected namespace', () => {
  const inProtected = fc
    .tuple(anyAlert, fc.constantFrom('kube-system', 'kube-public', 'kube-node-lease'))
    .map(([alert, namespace]): Alert => {
      const { exported_namespace: _, ...labels } = alert.labels;
      return { ...alert, labels: { ...labels, namespace } };
    });
  const isGuarded = (call: Call) => {
    const { namespace } = withDefaults(catalogue, call);
    return isMutating(catalogue, call.lambda_function) && policy.protectedNamespaces.has(String(namespace));
  };

  it('by the rules', () => {
    checkProperty(inProtected, (alert) => {
      if (decideByRules(withoutFences(smallRunbook), index, alert).outcome !== 'selected') return false;
      const decision = decideByRules(smallRunbook, index, alert);
      expect(decision.outcome === 'selected' && isGuarded(decision)).toBe(false);
      return true;
    });
  });

  const mutatingSituations = calling.filter(({ cases }) => cases.some((each) => mutating.includes(each.do)));

  it('in any situation that would change something elsewhere', () => {
    const functions = new Set<string>();
    checkProperty(
      fc.tuple(fc.constantFrom(...mutatingSituations), inProtected),
      ([situation, alert]) => {
        const { call: elsewhere } = decideSituation(withoutFences(smallRunbook), situation, ownLabels(policy, alert));
        if (elsewhere === undefined || !isGuarded(elsewhere)) return false;
        functions.add(elsewhere.lambda_function);
        const call = callOf(situation, alert);
        expect(call !== undefined && isGuarded(call)).toBe(false);
        expect(isGrounded(smallRunbook, alert, elsewhere)).toBe(false);
        return true;
      },
      1_000,
    );
    expect([...functions].sort()).toEqual(mutating.filter((name) => name !== 'node-cordon').sort()); // nodes have none
  });

  it('instead of what would be changed elsewhere: a look at what the labels name, or no decision', () => {
    let looks = 0;
    checkProperty(fc.tuple(fc.constantFrom(...mutatingSituations), inProtected), ([situation, alert]) => {
      const labels = ownLabels(policy, alert);
      const { call: elsewhere } = decideSituation(withoutFences(smallRunbook), situation, labels);
      if (elsewhere === undefined || !isGuarded(elsewhere)) return false;
      const instead = decidedInstead(smallRunbook, alert, elsewhere, labels);
      if (instead === undefined) return true;
      expect(instead.call && riskOf(catalogue, instead.call.lambda_function)).toBe('observe');
      if (instead.call !== undefined) expectSound(instead.call, alert);
      looks++;
      return true;
    });
    expect(looks).toBeGreaterThan(0);
  });
});

describe('whatever the annotation says', () => {
  it('a static call is one that the policy grants, to the alert’s own namespace or one that its labels name', () => {
    const annotated = fc.tuple(anyAlert, annotationOf([...catalogue.keys()]));
    const isSound = ([alert, annotations]: [Alert, Record<string, string>]) => {
      const decision = decideAnnotation(smallRunbook, { ...alert, annotations });
      if (decision?.outcome !== 'selected') return false;
      const own = alert.labels.namespace ?? '';
      const granted = policy.annotations.filter(
        ({ functions, namespaces }) =>
          functions.includes(decision.lambda_function) &&
          (own === '' ? namespaces.includes('') : namespaces.includes('*')),
      );
      expect(granted).not.toEqual([]);
      expect(catalogue.get(decision.lambda_function)?.complaint(decision.parameters)).toBeUndefined();
      const { namespace } = decision.parameters;
      if (own === '' || namespace === undefined) return true;
      expect([...Object.values(alert.labels), 'flux-system', 'argocd']).toContain(namespace);
      if (granted[0]?.target === 'own') expect(namespace).toBe(own);
      return true;
    };
    checkProperty(annotated, isSound, 2_000);
  });

  it('a call in its name that it does not make is refused, be it the runbook’s own', () => {
    checkProperty(fc.tuple(anySituation, anyAlert), ([situation, alert]) => {
      const call = callOf(situation, alert);
      if (call === undefined) return false;
      const selection = { alert, ...call, confidence: 1, reasoning: '', attempts: [] };
      expect(() => checkSelection(smallRunbook, { ...selection, method: 'rules' })).not.toThrow();
      expect(() => checkSelection(smallRunbook, { ...selection, method: 'static' })).toThrow();
      return true;
    });
  });

  it('text of an annotation never becomes a value of a rule’s call', () => {
    checkProperty(fc.tuple(anyAlert, anyAnnotationText), ([alert, text]) => {
      const plain = decideByRules(smallRunbook, index, alert);
      const annotations = { ...alert.annotations, summary: text, description: text, lambda_parameters: text };
      expect(decideByRules(smallRunbook, index, { ...alert, annotations })).toEqual(plain);
      return plain.outcome === 'selected';
    });
  });
});
