import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from './one-of.ts';

/** Who may choose a remediation: the tiers, in the order in which they are asked, and a person who sends a selection. */
export const METHODS = ['static', 'trm', 'gemma', 'rules', 'manual'] as const;
export type Method = (typeof METHODS)[number];

/** Why a tier answered as it did; the same word stands in the event, the log line, the metrics and the CLI. */
export const REASONS = {
  annotation: 'the alert says so itself, and may',
  matched: 'an entry of the runbook decided',
  answered: 'the model is sure of its answer',
  no_action: 'no automatic action is the decision',
  opted_out: 'the alert is opted out',
  not_measured: 'the alert says that nothing was measured',
  other_cluster: 'the alert is about a cluster that the policy does not list',
  no_match: 'no entry of the runbook matches',
  disabled: 'the tier is switched off',
  model_not_installed: 'the tier has no model',
  model_outdated: 'the catalogue has changed a function that the model was trained for',
  below_threshold: 'the model is not sure enough',
  contradicted:
    'the model saw no need to act, but the name and the labels, or an entry that names the alert, lead to a function',
  unconfirmed: 'the name and the labels alone do not lead to what the text asks for',
  unparsable: "the model's answer is not a remediation",
  unknown_function: 'the function is not in the catalogue',
  not_authorised: 'the policy does not let this alert choose this function',
  invalid_parameters: 'the parameters do not satisfy the schema of the function',
  missing_label: 'a label that a parameter refers to is not there',
  timed_out: 'the tier passed its deadline',
  unavailable: 'the model of the tier is down or starting again',
  undelivered: 'the tier could not be reached',
  failed: 'the tier broke',
} as const;
export type Reason = keyof typeof REASONS;

export const Parameters = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));
export type Parameters = Static<typeof Parameters>;

const Iteration = Type.Object({
  answer: Type.String({ description: 'the text that the model had written so far' }),
  halt_probability: Type.Number({ description: 'how sure it was that all of this is right' }),
});
export type Iteration = Static<typeof Iteration>;

/** One tier's vote, kept on the event so that every decision carries its evidence. */
export const Attempt = Type.Object({
  method: oneOf(METHODS),
  outcome: oneOf(['selected', 'none', 'abstained']),
  reason: oneOf(Object.keys(REASONS) as Reason[]),
  reasoning: Type.Optional(Type.String({ description: 'in words' })),
  lambda_function: Type.Optional(Type.String()),
  parameters: Type.Optional(Parameters),
  confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  entry: Type.Optional(Type.String({ description: 'id of the runbook entry that decided' })),
  parsing: Type.Optional(Type.String({ description: 'how the answer of a model was read' })),
  iterations: Type.Optional(Type.Integer({ minimum: 0 })),
  trace: Type.Optional(Type.Array(Iteration)),
  duration_ms: Type.Optional(Type.Number({ minimum: 0 })),
});
export type Attempt = Static<typeof Attempt>;

/** A call that a tier chose: a function of the catalogue and parameters that satisfy its schema. */
export interface Call {
  readonly lambda_function: string;
  readonly parameters: Parameters;
}

/**
 * What a tier makes of an alert. `none` is a decision ("no automatic action"); `abstained` is not one: the tier is not
 * sure, failed or is off, and the next one is asked.
 */
export type Decision =
  | (Call & {
      readonly outcome: 'selected';
      readonly reason: Reason;
      readonly reasoning: string;
      readonly confidence: number;
    } & Evidence)
  | ({ readonly outcome: 'none'; readonly reason: Reason; readonly reasoning: string } & Evidence)
  | ({ readonly outcome: 'abstained'; readonly reason: Reason; readonly reasoning?: string } & Evidence);

/** What a tier adds to its vote. */
export type Evidence = Partial<Pick<Attempt, 'entry' | 'parsing' | 'iterations' | 'trace' | 'confidence'>>;
