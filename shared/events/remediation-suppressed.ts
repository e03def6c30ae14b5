import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../one-of.ts';
import { defineEvent } from './definition.ts';
import { exampleSelected, PolicyHash, Selection } from './remediation-selected.ts';

/** Why emit-trigger keeps a valid selection back; docs/events.md lists them. */
export const SUPPRESSED_REASONS = {
  protected: 'its namespace or its name is protected',
  forbidden: 'the policy forbids the function for what the alert is about, such as what stores data',
  'opted-out': 'the alert says that no function is called',
  'not-measured': 'the alert says that nothing was measured',
  'other-cluster': 'it is about a cluster that the policy does not list',
  resolved: 'the alert no longer fires',
  duplicate: 'the episode has its lambda trigger already',
  verifying: 'a remediation of the episode was triggered, and its effect is not known yet',
  'waiting-approval': 'a person has been asked about this episode already',
  denied: 'a person has said no for this episode',
  cooldown: 'the same function was triggered for the same target a short time ago',
  rate: 'the target has had as many lambda triggers as the policy allows in an hour',
  breaker: 'remediations of this target by this function have not worked, and none is tried for a while',
  maintenance: 'a maintenance window of the policy covers it',
  shadow: 'the policy only records what would be done',
  off: 'the policy switches the function off',
} as const;
export type SuppressedReason = keyof typeof SUPPRESSED_REASONS;

export const Suppression = Type.Object({
  selection: Selection,
  reason: oneOf(Object.keys(SUPPRESSED_REASONS) as SuppressedReason[]),
  message: Type.String({ description: 'why, in words' }),
  policy_hash: PolicyHash,
});
export type Suppression = Static<typeof Suppression>;

export const remediationSuppressed = defineEvent({
  type: 'io.homelab.agent-sre.remediation.suppressed',
  summary: 'A selection that is not carried out, and why.',
  from: ['emit-trigger'],
  to: ['people'],
  schema: Suppression,
  example: {
    selection: exampleSelected,
    reason: 'protected',
    message: 'the namespace shop is protected',
    policy_hash: '5f3c0b1de2a49c77',
  },
});
