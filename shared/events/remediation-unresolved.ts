import { Type } from '@sinclair/typebox';
import { Alert } from '../alert/alert.ts';
import { EXCLUSIONS } from '../alert/exclusion.ts';
import { Attempt } from '../decision.ts';
import { oneOf } from '../one-of.ts';
import { defineEvent } from './definition.ts';
import { exampleAbstention, exampleAlert } from './example.ts';

/** Why an alert ends without a lambda trigger. */
const UNRESOLVED_REASONS = ['no_action', 'abstained', ...EXCLUSIONS, 'undeliverable'] as const;
export type UnresolvedReason = (typeof UNRESOLVED_REASONS)[number];

export const remediationUnresolved = defineEvent({
  type: 'io.homelab.agent-sre.remediation.unresolved',
  summary:
    'The recorded "no". no_action: a tier decided that nothing is done; abstained: no tier was sure; opted_out: the ' +
    'alert says that no function is called; not_measured: it says that nothing was measured; other_cluster: it is about ' +
    'a cluster that the policy does not list; undeliverable: a stage could not be reached.',
  from: ['alert-router', 'trm-reason', 'gemma-fallback', 'rule-fallback'],
  to: ['people'],
  schema: Type.Object({
    alert: Alert,
    attempts: Type.Array(Attempt, { description: 'every vote, oldest first' }),
    reason: oneOf(UNRESOLVED_REASONS),
    reasoning: Type.Optional(Type.String({ description: 'why, in words' })),
  }),
  example: { alert: exampleAlert, attempts: [exampleAbstention], reason: 'abstained', reasoning: 'no tier was sure' },
});
