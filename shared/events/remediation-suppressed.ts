import { Type } from '@sinclair/typebox';
import { oneOf } from '../one-of.ts';
import { defineEvent } from './definition.ts';
import { exampleSelected, Selection } from './remediation-selected.ts';

/** Why emit-trigger keeps a valid selection back. */
export const SUPPRESSED_REASONS = ['protected', 'opted-out', 'not-measured', 'other-cluster', 'resolved'] as const;
export type SuppressedReason = (typeof SUPPRESSED_REASONS)[number];

export const remediationSuppressed = defineEvent({
  type: 'io.homelab.agent-sre.remediation.suppressed',
  summary:
    'A selection that is not carried out. protected: its namespace is; opted-out: the alert says that no ' +
    'function is called; not-measured: it says that nothing was measured; other-cluster: it is about a cluster that the ' +
    'policy does not list; resolved: the alert no longer fires.',
  from: ['emit-trigger'],
  to: ['people'],
  schema: Type.Object({
    selection: Selection,
    reason: oneOf(SUPPRESSED_REASONS),
  }),
  example: { selection: exampleSelected, reason: 'protected' },
});
