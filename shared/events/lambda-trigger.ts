import { Type } from '@sinclair/typebox';
import { Alert, episodeOf } from '../alert/alert.ts';
import { Attempt, Parameters } from '../decision.ts';
import { defineEvent } from './definition.ts';
import { exampleSelected, PolicyHash } from './remediation-selected.ts';

export const lambdaTrigger = defineEvent({
  type: 'io.homelab.agent-sre.lambda.trigger',
  summary:
    "Calls the Lambda function that remediates. Each Lambda's Trigger filters on lambdafunction. emit-trigger reads it " +
    'again: it then knows that it was sent.',
  from: ['emit-trigger'],
  to: ['Lambda functions', 'emit-trigger', 'alert-router'],
  subject: '`<namespace>/<name>` of the target, or its name alone',
  extensions: { lambdafunction: "the function's name" },
  schema: Type.Object({
    lambda_function: Type.String(),
    parameters: Parameters,
    cluster: Type.Optional(Type.String({ description: 'the label cluster of the alert' })),
    alert: Alert,
    triggered_by: Type.String({ description: 'the tier that chose: static, trm, gemma or rules' }),
    correlation_id: Type.String({ description: 'the episode, as in correlationid' }),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    reasoning: Type.String(),
    attempts: Type.Array(Attempt),
    attempt: Type.Optional(Type.Integer({ minimum: 1, description: 'which attempt of the episode it is' })),
    policy_hash: Type.Optional(PolicyHash),
    approved_by: Type.Optional(Type.String({ description: 'the person who let it happen, where one was asked' })),
  }),
  example: {
    lambda_function: exampleSelected.lambda_function,
    parameters: exampleSelected.parameters,
    alert: exampleSelected.alert,
    triggered_by: exampleSelected.method,
    correlation_id: episodeOf(exampleSelected.alert).correlationId,
    confidence: exampleSelected.confidence,
    reasoning: exampleSelected.reasoning,
    attempts: exampleSelected.attempts,
    attempt: 1,
    policy_hash: '5f3c0b1de2a49c77',
  },
});
