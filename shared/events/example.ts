import type { Alert } from '../alert/alert.ts';
import type { Attempt } from '../decision.ts';

/** The alert of the examples in docs/events.md. */
export const exampleAlert: Alert = {
  alertname: 'KubePodCrashLooping',
  status: 'firing',
  severity: 'warning',
  labels: {
    alertname: 'KubePodCrashLooping',
    severity: 'warning',
    namespace: 'shop',
    pod: 'checkout-7c9f8d5b6-x2x7k',
    container: 'checkout',
  },
  annotations: { summary: 'Pod shop/checkout-7c9f8d5b6-x2x7k restarts over and over' },
  startsAt: '2026-11-23T02:31:00.000Z',
};

export const exampleAbstention: Attempt = {
  method: 'trm',
  outcome: 'abstained',
  reason: 'below_threshold',
  confidence: 0.41,
  iterations: 10,
  duration_ms: 173.2,
};

export const exampleSelection: Attempt = {
  method: 'rules',
  outcome: 'selected',
  reason: 'matched',
  reasoning: 'restart the failing pod',
  lambda_function: 'pod-restart',
  parameters: { name: 'checkout-7c9f8d5b6-x2x7k', namespace: 'shop', type: 'pod' },
  confidence: 1,
  entry: 'workloads-pod-crash-looping',
  duration_ms: 0.3,
};
