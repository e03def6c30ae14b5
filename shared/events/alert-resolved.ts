import { Alert, parseAlert } from '../alert/alert.ts';
import { defineEvent } from './definition.ts';
import { exampleAlert } from './example.ts';

export const alertResolved = defineEvent({
  type: 'io.homelab.prometheus.alert.resolved',
  summary: 'A Prometheus alert has resolved: its episode is over, and what was triggered for it has worked.',
  from: ['an Alertmanager bridge', 'alert-router'],
  to: ['emit-trigger', 'alert-router'],
  schema: Alert,
  read: (data, time, now) => ({ ...parseAlert(data, time, now), status: 'resolved' }),
  example: { ...exampleAlert, status: 'resolved', endsAt: '2026-11-23T02:41:00.000Z' },
});
