import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../one-of.ts';
import { defineEvent } from './definition.ts';
import { exampleSelected, PolicyHash, Selection } from './remediation-selected.ts';

/** Why a person is asked. */
export const APPROVAL_REASONS = {
  suggest: 'the policy asks a person about such a call',
  'low-confidence': 'the confidence is under the floor of the policy',
  unsigned: 'no function of agent-sre has signed the selection in the last six hours',
  'out-of-bounds': 'an annotation asks for more than the policy lets it',
  ineffective: 'an earlier attempt of this episode has not worked',
  storm: 'there were as many lambda triggers as the policy allows in a short time',
} as const;
export type ApprovalReason = keyof typeof APPROVAL_REASONS;

const EXAMPLE_TOKEN = 'v1.eyJqdGkiOiI3YzFlIn0.4h0…';

export const ApprovalRequest = Type.Object({
  selection: Selection,
  reason: oneOf(Object.keys(APPROVAL_REASONS) as ApprovalReason[]),
  message: Type.String({ description: 'why, in words' }),
  token: Type.String({ description: 'what approval.granted or approval.denied must bring back' }),
  expires_at: Type.String({ description: 'RFC 3339' }),
  attempt: Type.Integer({ minimum: 1, description: 'which attempt of the episode it would be' }),
  policy_hash: PolicyHash,
});
export type ApprovalRequest = Static<typeof ApprovalRequest>;

export const approvalRequested = defineEvent({
  type: 'io.homelab.agent-sre.approval.requested',
  summary:
    'A selection waits for a person. The token is for this very selection, works once, and expires. ' +
    'emit-trigger reads it again: it then knows that it was sent.',
  from: ['emit-trigger'],
  to: ['people', 'emit-trigger', 'alert-router'],
  schema: ApprovalRequest,
  example: {
    selection: exampleSelected,
    reason: 'suggest',
    message: 'the policy asks a person before pod-restart',
    token: EXAMPLE_TOKEN,
    expires_at: '2026-11-23T02:46:07.000Z',
    attempt: 1,
    policy_hash: '5f3c0b1de2a49c77',
  },
});

/** What a person says; anyone who can post a CloudEvent may bring it, since only the token counts. */
export const Approval = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 4096, description: 'the token of approval.requested' }),
  approver: Type.String({ minLength: 1, maxLength: 200, description: 'who says so, for the record' }),
  comment: Type.Optional(Type.String({ maxLength: 1000, description: 'why, for the record' })),
});
export type Approval = Static<typeof Approval>;

export const approvalGranted = defineEvent({
  type: 'io.homelab.agent-sre.approval.granted',
  summary: 'A person lets the selection of the token happen.',
  from: ['people'],
  to: ['emit-trigger'],
  schema: Approval,
  example: { token: EXAMPLE_TOKEN, approver: 'mira' },
});

export const approvalDenied = defineEvent({
  type: 'io.homelab.agent-sre.approval.denied',
  summary: 'A person says no to the selection of the token; the episode gets no remediation.',
  from: ['people'],
  to: ['emit-trigger'],
  schema: Approval,
  example: { token: EXAMPLE_TOKEN, approver: 'mira', comment: 'the node is being replaced' },
});
