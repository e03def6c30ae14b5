import { type Static, Type } from '@sinclair/typebox';
import { episodeOf } from '../alert/alert.ts';
import { oneOf } from '../one-of.ts';
import { defineEvent } from './definition.ts';
import { exampleSelected, Selection } from './remediation-selected.ts';

/** What was triggered, and what the alert did after that. */
const Remediation = {
  selection: Selection,
  correlation_id: Type.String({ description: 'the episode, as in correlationid' }),
  trigger_id: Type.String({ description: 'the id of the lambda trigger' }),
  attempt: Type.Integer({ minimum: 1, description: 'which attempt of the episode it was' }),
  triggered_at: Type.String({ description: 'RFC 3339' }),
};

const exampleRemediation = {
  selection: exampleSelected,
  correlation_id: episodeOf(exampleSelected.alert).correlationId,
  trigger_id: '0f6f1f0f5f7d4f3b8d0c1c1a2b3c4d5e',
  attempt: 1,
  triggered_at: '2026-11-23T02:31:07.000Z',
};

export const Verified = Type.Object({
  ...Remediation,
  resolved_at: Type.String({ description: 'RFC 3339' }),
  took_ms: Type.Number({ minimum: 0, description: 'from the lambda trigger to the resolution' }),
  unsigned_resolution: Type.Optional(
    Type.Boolean({
      description:
        'true where alert-router has not signed the resolution, and SIGNING_KEY_FILE is set: anyone who reaches the Broker can claim one',
    }),
  ),
});
export type Verified = Static<typeof Verified>;

export const remediationVerified = defineEvent({
  type: 'io.homelab.agent-sre.remediation.verified',
  summary: 'The alert resolved after its remediation was triggered.',
  from: ['emit-trigger'],
  to: ['people', 'alert-router'],
  schema: Verified,
  example: { ...exampleRemediation, resolved_at: '2026-11-23T02:36:07.000Z', took_ms: 300_000 },
});

export const INEFFECTIVE_REASONS = {
  'still-firing': 'the alert fires on after the time in which the remediation should have worked',
  failed: 'the Lambda function failed',
  refused: 'the Lambda function refused',
} as const;
export type IneffectiveReason = keyof typeof INEFFECTIVE_REASONS;

export const Ineffective = Type.Object({
  ...Remediation,
  reason: oneOf(Object.keys(INEFFECTIVE_REASONS) as IneffectiveReason[]),
  message: Type.String({ description: 'why, in words' }),
  breaker_open_until: Type.Optional(
    Type.String({ description: 'RFC 3339; until then nothing is tried on this target by this function' }),
  ),
});
export type Ineffective = Static<typeof Ineffective>;

export const remediationIneffective = defineEvent({
  type: 'io.homelab.agent-sre.remediation.ineffective',
  summary:
    'A remediation that was triggered has not worked. emit-trigger reads it again: the next attempt needs a person.',
  from: ['emit-trigger'],
  to: ['people', 'emit-trigger', 'alert-router'],
  schema: Ineffective,
  example: {
    ...exampleRemediation,
    reason: 'still-firing',
    message: 'the alert still fires 15 minutes after pod-restart',
  },
});
