/** The alerts and requests that the contract tests send. */
import type { Alert } from '../../shared/alert/alert.ts';
import type { Parameters } from '../../shared/decision.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';

export const TYPES = {
  fired: 'io.homelab.prometheus.alert.fired',
  resolved: 'io.homelab.prometheus.alert.resolved',
  trm: 'io.homelab.agent-sre.trm.requested',
  gemma: 'io.homelab.agent-sre.gemma.requested',
  rules: 'io.homelab.agent-sre.rules.requested',
  selected: 'io.homelab.agent-sre.remediation.selected',
  unresolved: 'io.homelab.agent-sre.remediation.unresolved',
  suppressed: 'io.homelab.agent-sre.remediation.suppressed',
  trigger: 'io.homelab.agent-sre.lambda.trigger',
  finished: 'io.homelab.agent-sre.lambda.finished',
  asked: 'io.homelab.agent-sre.approval.requested',
  granted: 'io.homelab.agent-sre.approval.granted',
  verified: 'io.homelab.agent-sre.remediation.verified',
  rejected: 'io.homelab.agent-sre.event.rejected',
} as const;

/** A call that the rules chose, without the votes. */
export function selectedByRules(alert: Alert, lambda_function: string, parameters: Parameters): Selection {
  return { alert, lambda_function, parameters, method: 'rules', confidence: 1, reasoning: 'matched', attempts: [] };
}

/** A crashing pod: the small runbook restarts it. */
export const crashing: Alert = {
  alertname: 'KubePodCrashLooping',
  status: 'firing',
  labels: { alertname: 'KubePodCrashLooping', severity: 'warning', namespace: 'shop', pod: 'checkout-7c9f8d5b6-x2x7k' },
  annotations: { summary: 'Pod shop/checkout-7c9f8d5b6-x2x7k restarts over and over' },
  startsAt: '2026-11-23T02:31:00.000Z',
};

/** A failing Kustomization whose rule says what to do. */
export const annotated: Alert = {
  alertname: 'FluxKustomizationNotReady',
  status: 'firing',
  labels: {
    alertname: 'FluxKustomizationNotReady',
    exported_namespace: 'team-a',
    name: 'apps',
    namespace: 'flux-system',
  },
  annotations: {
    lambda_function: 'flux-reconcile-kustomization',
    lambda_parameters: '{"name": "{{ $labels.name }}", "namespace": "{{ $labels.exported_namespace }}"}',
  },
  startsAt: '2026-11-23T02:31:00.000Z',
};

export const restart = {
  lambda_function: 'pod-restart',
  parameters: { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop', type: 'pod' },
};

/** A selection of the rules for the crashing pod. */
export const selection = {
  alert: crashing,
  ...restart,
  method: 'rules',
  confidence: 1,
  reasoning: 'restart the failing pod',
  attempts: [],
};

/** What an accepted selection becomes. */
export const trigger = {
  alert: crashing,
  ...restart,
  triggered_by: 'rules',
  correlation_id: '0',
  confidence: 1,
  reasoning: 'restart the failing pod',
  attempts: [],
};
