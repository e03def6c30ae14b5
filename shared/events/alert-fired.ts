import { Alert, parseAlert } from '../alert/alert.ts';
import { defineEvent } from './definition.ts';
import { exampleAlert } from './example.ts';

export const alertFired = defineEvent({
  type: 'io.homelab.prometheus.alert.fired',
  summary: 'A Prometheus alert fires. Only data.labels.alertname is required; unknown keys are kept.',
  from: ['an Alertmanager bridge', 'alert-router'],
  to: ['alert-router', 'trm-reason'],
  schema: Alert,
  read: parseAlert,
  example: exampleAlert,
});
