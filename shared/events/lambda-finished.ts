import { type Static, Type } from '@sinclair/typebox';
import { episodeOf } from '../alert/alert.ts';
import { Parameters } from '../decision.ts';
import { oneOf } from '../one-of.ts';
import { defineEvent } from './definition.ts';
import { exampleSelected } from './remediation-selected.ts';

export const FINISHED_OUTCOMES = ['done', 'nothing_to_do', 'refused', 'failed'] as const;

const REFERENCE = {
  kind: Type.String({ description: 'as Deployment' }),
  name: Type.String({ description: 'its name' }),
  namespace: Type.Optional(Type.String({ description: 'its namespace, where it has one' })),
  uid: Type.Optional(Type.String({ description: 'its uid' })),
  resource_version: Type.Optional(Type.String({ description: 'after the change' })),
};

/** What names an object of Kubernetes. */
function referenceTo(description: string) {
  return Type.Object(REFERENCE, { description });
}

const SCALARS = [Type.String(), Type.Number(), Type.Boolean(), Type.Null()];

const Change = Type.Object({
  path: Type.String({ description: 'what was changed, as in spec.replicas' }),
  from: Type.Optional(Type.Union(SCALARS, { description: 'what it was' })),
  to: Type.Optional(Type.Union(SCALARS, { description: 'what it is now' })),
});

export const LambdaFinished = Type.Object({
  lambda_function: Type.String({ minLength: 1 }),
  parameters: Parameters,
  correlation_id: Type.String({ description: 'the episode, as in correlationid' }),
  trigger_id: Type.String({ description: 'the id of the lambda trigger that it answers' }),
  outcome: { ...oneOf(FINISHED_OUTCOMES), description: FINISHED_OUTCOMES.join(', ') },
  code: Type.String({ description: 'why, as a code of docs/lambda-reference.md' }),
  message: Type.String({ description: 'why, in words' }),
  dry_run: Type.Optional(Type.Boolean({ description: 'true where nothing was really changed' })),
  object: Type.Optional(referenceTo('what was changed or looked at')),
  owner: Type.Optional(referenceTo('the workload that it belongs to')),
  changes: Type.Optional(
    Type.Array(Change, { description: 'what was changed in it; values that may be secrets are left out' }),
  ),
  report: Type.Optional(Type.String({ description: 'what a look found, for people' })),
  findings: Type.Optional(Type.Unknown({ description: 'what a look found, as data' })),
  duration_ms: Type.Number({ minimum: 0, description: 'time that the call took, in milliseconds' }),
});
export type LambdaFinished = Static<typeof LambdaFinished>;

export const lambdaFinished = defineEvent({
  type: 'io.homelab.agent-sre.lambda.finished',
  summary: 'What a Lambda function did, or why it did nothing.',
  from: ['Lambda functions'],
  to: ['emit-trigger', 'people'],
  subject: 'as that of the lambda trigger',
  extensions: { lambdafunction: "the function's name" },
  schema: LambdaFinished,
  example: {
    lambda_function: exampleSelected.lambda_function,
    parameters: exampleSelected.parameters,
    correlation_id: episodeOf(exampleSelected.alert).correlationId,
    trigger_id: '0f6f1f0f5f7d4f3b8d0c1c1a2b3c4d5e',
    outcome: 'done',
    code: 'evicted',
    message: 'the pod was evicted; its ReplicaSet makes a new one',
    object: { kind: 'Pod', name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop' },
    owner: { kind: 'Deployment', name: 'checkout', namespace: 'shop' },
    duration_ms: 84,
  },
});
