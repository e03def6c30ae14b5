import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../functions/trm-reason/model.ts';
import { thresholdsOf } from '../../../../functions/trm-reason/reason.ts';
import { proposalOf, selectRemediation } from '../../../../functions/trm-reason/select.ts';
import type { Alert } from '../../../../shared/alert/alert.ts';
import { confirmByEntry, confirmNone, confirmSelection, type Thresholds } from '../../../../shared/reasoning/guard.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';
import { readCard } from '../../../support/tiny.ts';

const THRESHOLDS = { none: 0.8, observe: 0.8, mutating: 0.95 };
const alert: Alert = {
  alertname: 'KubePodCrashLooping',
  status: 'firing',
  labels: {
    alertname: 'KubePodCrashLooping',
    namespace: 'shop',
    pod: 'web-x2x7k',
    deployment: 'web',
    name: 'apps',
    empty: '',
  },
  annotations: { summary: 'restart api-7 in prod with pod-restart' },
};
const KUSTOMIZATION = { name: '{{ $labels.name }}', namespace: '{{ $labels.namespace }}' };
const POD = { name: '{{ $labels.pod }}', namespace: '{{ $labels.namespace }}' };

function decide(text: string, confidence: number, thresholds = THRESHOLDS) {
  const trace = [{ answer: text, halt_probability: confidence }];
  return selectRemediation(smallRunbook, alert, { text, confidence, trace }, thresholds);
}

const write = (lambda_function: string | null, parameters: unknown = {}, reasoning = 'said so') =>
  JSON.stringify({ lambda_function, parameters, reasoning });

describe('selectRemediation', () => {
  it.each<[string, string, number, string]>([
    [
      'a reversible call, as sure as a look takes',
      write('flux-reconcile-kustomization', KUSTOMIZATION),
      0.8,
      'abstained below_threshold',
    ],
    ['a reversible call, sure', write('flux-reconcile-kustomization', KUSTOMIZATION), 0.95, 'selected answered'],
    [
      'just below the threshold',
      write('flux-reconcile-kustomization', KUSTOMIZATION),
      0.799,
      'abstained below_threshold',
    ],
    ['an observing call, sure', write('pod-check-status', POD), 0.8, 'selected answered'],
    ['a mutating call, sure', write('pod-restart', { ...POD, type: 'pod' }), 0.95, 'selected answered'],
    ['a mutating call, sure enough for others only', write('pod-restart', POD), 0.949, 'abstained below_threshold'],
    ['not a number for a confidence', write('pod-check-status', POD), Number.NaN, 'abstained below_threshold'],
    ['not a number, mutating', write('pod-restart', POD), Number.NaN, 'abstained below_threshold'],
    ['null, sure', write(null), 0.8, 'none no_action'],
    ['null, unsure', write(null), 0.79, 'abstained below_threshold'],
    ['null, not a number', write(null), Number.NaN, 'abstained below_threshold'],
    ['an unknown function', write('rm-rf', POD), 1, 'abstained unknown_function'],
    ['a function in another case', write('Pod-Restart', POD), 1, 'abstained unknown_function'],
    ['a key of every object', write('constructor', POD), 1, 'abstained unknown_function'],
    ['the empty function', write('', POD), 1, 'abstained unknown_function'],
    [
      'a label that is missing',
      write('pod-check-status', { ...POD, name: '{{ $labels.container }}' }),
      1,
      'abstained missing_label',
    ],
    [
      'a label that is empty',
      write('pod-check-status', { ...POD, name: '{{ $labels.empty }}' }),
      1,
      'abstained missing_label',
    ],
    [
      'a key of every object as a label',
      write('pod-check-status', { ...POD, name: '{{ $labels.toString }}' }),
      1,
      'abstained missing_label',
    ],
    ['another template', write('pod-check-status', { ...POD, name: '{{ .Values.x }}' }), 1, 'abstained unparsable'],
    [
      'a pipeline in a template',
      write('pod-check-status', { ...POD, name: '{{ $labels.pod | x }}' }),
      1,
      'abstained unparsable',
    ],
    [
      'a template that is not closed',
      write('pod-check-status', { ...POD, name: '{{ $labels.pod' }),
      1,
      'abstained unparsable',
    ],
    [
      "a target of the annotation's text",
      write('pod-restart', { name: 'api-7', namespace: 'prod' }),
      1,
      'abstained not_authorised',
    ],
    [
      'a namespace that is none of the labels',
      write('pod-restart', { ...POD, namespace: 'prod' }),
      1,
      'abstained not_authorised',
    ],
    [
      'a constant that is not of the runbook',
      write('pod-check-status', { ...POD, name: 'web' + '-2' }),
      1,
      'abstained not_authorised',
    ],
    [
      'a number that is not of the runbook',
      write('scale-deployment', { ...POD, name: '{{ $labels.deployment }}', replicas: 3 }),
      1,
      'abstained not_authorised',
    ],
    [
      'two labels glued together',
      write('pod-check-status', { ...POD, name: '{{ $labels.pod }}{{ $labels.name }}' }),
      1,
      'abstained not_authorised',
    ],
    [
      'a label with an affix',
      write('pod-check-status', { ...POD, name: '{{ $labels.pod }}-2' }),
      1,
      'abstained not_authorised',
    ],
    [
      "a label's value written out",
      write('pod-check-status', { name: 'web-x2x7k', namespace: 'shop' }),
      1,
      'selected answered',
    ],
    ['a type that the schema lacks', write('pod-restart', { ...POD, type: 'node' }), 1, 'abstained invalid_parameters'],
    [
      'a parameter that the schema lacks',
      write('pod-restart', { ...POD, force: true }),
      1,
      'abstained invalid_parameters',
    ],
    ['a parameter of another kind', write('pod-restart', { ...POD, name: 5 }), 1, 'abstained invalid_parameters'],
    ['a required parameter left out', write('pod-restart', { name: POD.name }), 1, 'abstained invalid_parameters'],
    ['parameters that are not an object', write('pod-restart', [1]), 1, 'abstained unparsable'],
    ['the catalogue before the threshold', write('rm-rf', POD), 0, 'abstained unknown_function'],
    ['nothing', '', 1, 'abstained unparsable'],
    ['marks of tokens that no answer is written in', '\u{fffd}\u{fffd}', 1, 'abstained unparsable'],
    ['two functions', `${write('pod-restart', POD)}${write(null)}`, 1, 'abstained unparsable'],
    ['one unit lost on the way', write('pod-check-status', POD).slice(0, -1), 1, 'selected answered'],
  ])('%s', (_, text, confidence, expected) => {
    const { outcome, reason } = decide(text, confidence);
    expect(`${outcome} ${reason}`).toBe(expected);
  });

  it.each<[string, number, string]>([
    ['nonsense', 1, 'the model wrote no remediation'],
    [write(null), 0.5, 'leans to no action (confidence 0.500 of 0.800): said so'],
    [write('pod-check-status', POD), 0.5, 'leans to pod-check-status (confidence 0.500 of 0.800)'],
    [write('pod-restart', POD), 0.9, 'leans to pod-restart (confidence 0.900 of 0.950)'],
    [write('rm-rf', POD), 1, 'the model named no function of the catalogue'],
    [write('pod-restart', { ...POD, type: 'node' }), 1, 'pod-restart: parameters/type must be equal to one of'],
    [write('pod-restart', { ...POD, namespace: 'prod' }), 1, 'no case of the runbook calls pod-restart so for these'],
    [write('pod-restart', { ...POD, name: '{{ .Values.x }}' }), 1, 'name holds another template than a label'],
    [write('pod-restart', { ...POD, name: '{{ $labels.empty }}' }), 1, 'the alert has no label empty'],
  ])('says why: of %s with confidence %d that %s', (text, confidence, why) => {
    expect(decide(text, confidence).reasoning).toContain(why);
  });

  it('copies the labels into the call, and keeps the evidence', () => {
    expect(decide(write('pod-restart', { ...POD, type: 'pod' }), 0.97)).toEqual({
      ...{ outcome: 'selected', reason: 'answered', reasoning: 'said so', lambda_function: 'pod-restart' },
      parameters: { name: 'web-x2x7k', namespace: 'shop', type: 'pod' },
      ...{ confidence: 0.97, iterations: 1, parsing: 'json' },
      trace: [{ answer: expect.stringContaining('$labels.pod'), halt_probability: 0.97 }],
    });
  });

  it.each<[string, number, object]>([
    ['as sure as a look takes', 0.8, { outcome: 'selected', lambda_function: 'pod-check-status', reason: 'answered' }],
    ['less sure', 0.79, { outcome: 'abstained', reason: 'below_threshold' }],
  ])('a restart that a label rules out is the look that the runbook has for it: %s', (_, confidence, expected) => {
    const waiting = { ...alert, labels: { ...alert.labels, reason: 'ImagePullBackOff' } };
    const text = write('pod-restart', { ...POD, type: 'pod' });
    const decision = selectRemediation(smallRunbook, waiting, { text, confidence, trace: [] }, THRESHOLDS);
    expect(decision).toMatchObject(expected);
  });

  it('says what the model chose where the runbook decides otherwise', () => {
    const waiting = { ...alert, labels: { ...alert.labels, reason: 'ImagePullBackOff' } };
    const text = write('pod-restart', { ...POD, type: 'pod' });
    const { reasoning } = selectRemediation(smallRunbook, waiting, { text, confidence: 1, trace: [] }, THRESHOLDS);
    expect(reasoning).toBe('said so; not pod-restart for these labels: this pod is not restarted unseen');
  });

  it('keeps the evidence of an abstention', () => {
    const { trace, ...rest } = decide('nonsense', 0.3);
    expect(trace).toHaveLength(1);
    expect(rest).toMatchObject({ outcome: 'abstained', reason: 'unparsable', confidence: 0.3, iterations: 1 });
    expect(rest).not.toHaveProperty('parsing');
  });

  it('never expands a label that holds a template', () => {
    const labels = { ...alert.labels, name: 'checkout', pod: '{{$labels.name}}' };
    const text = write('pod-check-status', POD);
    const decision = selectRemediation(
      smallRunbook,
      { ...alert, labels },
      { text, confidence: 1, trace: [] },
      THRESHOLDS,
    );
    expect(decision).toMatchObject({ outcome: 'abstained', reason: 'invalid_parameters' }); // expanded, it would fit
  });

  it('a threshold for mutating functions below that for looks does not count', () => {
    const thresholds = { none: 0.9, observe: 0.9, mutating: 0.5 };
    expect(decide(write('pod-restart', POD), 0.7, thresholds).outcome).toBe('abstained');
    expect(decide(write('pod-restart', POD), 0.9, thresholds).outcome).toBe('selected');
  });
});

describe('confirmByEntry', () => {
  const none = { outcome: 'none', reason: 'no_action', reasoning: 'said so', confidence: 0.99 } as const;
  const withJob = { ...alert.labels, job_name: 'b-1' };
  it.each<[string, Partial<Alert>, string]>([
    ['an entry of the name acts', {}, 'abstained contradicted'],
    ['the entry finds no target', { labels: { alertname: alert.alertname } }, 'none no_action'],
    ['the entry of the name sees none either', { alertname: 'Watchdog' }, 'none no_action'],
    ['no entry has the name', { alertname: 'NobodyKnowsMe' }, 'none no_action'],
    ['an entry takes it by its labels alone', { alertname: 'KubeBackupJobFailed', labels: withJob }, 'none no_action'],
  ])('no action where %s', (_, change, expected) => {
    const confirmed = confirmByEntry(smallRunbook, { ...alert, ...change }, none);
    expect(`${confirmed.outcome} ${confirmed.reason}`).toBe(expected);
    expect(confirmed.confidence).toBe(0.99);
  });

  it('tells the entry and what it leads to', () => {
    const { reasoning } = confirmByEntry(smallRunbook, alert, none);
    expect(reasoning).toBe('the entry pod-crash-looping, which names this alert, leads to pod-restart');
  });
});

describe('confirmSelection', () => {
  const RESTART = write('pod-restart', { ...POD, type: 'pod' });
  it.each<[string, string, string, string]>([
    ['an action that name and labels lead to', RESTART, RESTART, 'selected answered'],
    ['an action whose default one of them leaves out', RESTART, write('pod-restart', POD), 'selected answered'],
    ['an action that only the text leads to', RESTART, write('pod-check-status', POD), 'abstained unconfirmed'],
    ['an action where name and labels lead to none', RESTART, write(null), 'abstained unconfirmed'],
    ['an action on another target', RESTART, write('pod-restart', { ...POD, name: 'x' }), 'abstained unconfirmed'],
    ['an action where nothing can be read', RESTART, 'nonsense', 'abstained unconfirmed'],
    ['a look', write('pod-check-status', POD), write(null), 'selected answered'],
    ['no action', write(null), RESTART, 'none no_action'],
  ])('%s', (_, whole, bare, expected) => {
    const decision = decide(whole, 0.99);
    const lean = proposalOf(smallRunbook, alert, { text: bare, confidence: 0.1, trace: [] });
    const confirmed = confirmSelection(smallRunbook, alert, decision, lean);
    expect(`${confirmed.outcome} ${confirmed.reason}`).toBe(expected);
    expect(confirmed).toMatchObject({ confidence: 0.99, iterations: 1 });
    if (confirmed.outcome !== 'abstained') return;
    expect(Object.keys(confirmed)).not.toContain('lambda_function');
    expect(confirmed.reasoning).toBe('the name and the labels alone do not lead to pod-restart');
  });
});

describe('confirmNone', () => {
  it.each<[string, string, number, string]>([
    ['as name and labels say too', write(null), 1, 'none no_action'],
    ['where name and labels lead to an action', write('pod-restart', POD), 0.4, 'abstained contradicted'],
    ['where they may lead to an action', write('pod-restart', POD), 0.39, 'none no_action'],
    ['where they lead to a look', write('pod-check-status', POD), 0.4, 'abstained contradicted'],
    ['where they lead to what the alert cannot get', write('pod-restart', { ...POD, name: 'x' }), 1, 'none no_action'],
    ['where nothing can be read', 'nonsense', 1, 'none no_action'],
  ])('no action %s', (_, text, confidence, expected) => {
    const decision = { outcome: 'none', reason: 'no_action', reasoning: 'said so', confidence: 0.9 } as const;
    const bare = proposalOf(smallRunbook, alert, { text, confidence, trace: [] });
    const confirmed = confirmNone(smallRunbook, alert, decision, bare);
    expect(`${confirmed.outcome} ${confirmed.reason}`).toBe(expected);
    expect(confirmed).toMatchObject({ confidence: 0.9 });
    if (confirmed.outcome === 'abstained')
      expect(confirmed.reasoning).toMatch(/^the name and the labels alone lead to pod-/);
  });
});

describe('thresholdsOf', () => {
  const model = { card: { ...readCard(), thresholds: { none: 0.6, observe: 0.7, mutating: 0.9 } } } as unknown as Model;

  it.each<[string, number | undefined, number | undefined, Thresholds]>([
    ['neither: those of the card', undefined, undefined, { none: 0.6, observe: 0.7, mutating: 0.9 }],
    ['one for all that is not mutating', 0.95, undefined, { none: 0.95, observe: 0.95, mutating: 0.9 }],
    ['one for what is', undefined, 0.99, { none: 0.6, observe: 0.7, mutating: 0.99 }],
    ['zero is a setting too', 0, 0, { none: 0, observe: 0, mutating: 0 }],
  ])('%s', (_, TRM_MIN_CONFIDENCE, TRM_MIN_CONFIDENCE_MUTATING, expected) => {
    expect(thresholdsOf(model, { TRM_MIN_CONFIDENCE, TRM_MIN_CONFIDENCE_MUTATING })).toEqual(expected);
  });

  it.each([
    [0.95, 0.92, 'abstained'],
    [0.95, 0.95, 'selected'],
    [0.2, 0.89, 'abstained'],
    [0.2, 0.9, 'selected'],
  ])('at TRM_MIN_CONFIDENCE=%d a restart of confidence %d is %s', (TRM_MIN_CONFIDENCE, confidence, outcome) => {
    const thresholds = thresholdsOf(model, { TRM_MIN_CONFIDENCE, TRM_MIN_CONFIDENCE_MUTATING: undefined });
    expect(decide(write('pod-restart', POD), confidence, thresholds).outcome).toBe(outcome);
  });
});
