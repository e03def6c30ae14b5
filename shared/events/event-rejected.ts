import { Type } from '@sinclair/typebox';
import { defineEvent } from './definition.ts';

export const eventRejected = defineEvent({
  type: 'io.homelab.agent-sre.event.rejected',
  summary: 'An event that will never work. It names the event, never its payload.',
  from: ['every function'],
  to: ['people'],
  subject: 'the id of the rejected event, percent-encoded; the first 256 characters of a long one',
  schema: Type.Object({
    code: Type.String({ description: 'a code of docs/errors.md' }),
    message: Type.String(),
    event_id: Type.String(),
    event_type: Type.String(),
    alertname: Type.Optional(Type.String({ description: 'the name of a rejected alert of a webhook' })),
    fingerprint: Type.Optional(Type.String({ description: 'its fingerprint, where its labels could be read' })),
  }),
  example: {
    code: 'ASRE_ALERT_INVALID',
    message: 'labels.alertname is missing',
    event_id: '3f2a-17',
    event_type: 'io.homelab.prometheus.alert.fired',
  },
});
