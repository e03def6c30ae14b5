import { Type } from '@sinclair/typebox';
import { Alert, episodeOf } from '../alert/alert.ts';
import { Attempt, Parameters } from '../decision.ts';
import { defineEvent } from './definition.ts';
import { exampleSelected } from './remediation-selected.ts';

export const lambdaTrigger = defineEvent({
  type: 'io.homelab.agent-sre.lambda.trigger',
  summary: "Calls the Lambda function that remediates. Each Lambda's Trigger filters on lambdafunction.",
  from: ['emit-trigger'],
  to: ['Lambda functions', 'alert-router'],
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
  },
});
