import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Attempt } from '../../decision.ts';
import type { Draft } from '../../events/envelope.ts';
import {
  approvalRequested,
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSuppressed,
  remediationUnresolved,
  remediationVerified,
} from '../../events/index.ts';

/** The function's own metrics. The runtime's registry is private, and its faas_errors does not count what fails here. */
export interface Metrics {
  readonly registry: Registry;
  /** @param type the event's type, or `webhook`, or `other` for what the function does not accept */
  observe(type: string, outcome: string, seconds: number): void;
  decided(attempt: Attempt): void;
  /** Counts the answer where it says what became of a remediation. */
  answered(draft: Draft): void;
}

/** Events that say what became of a remediation, and the words for it. Success: verified / (verified + ineffective). */
const REMEDIATION_OUTCOMES: ReadonlyMap<string, string> = new Map([
  [lambdaTrigger.type, 'triggered'],
  [approvalRequested.type, 'asked'],
  [remediationSuppressed.type, 'suppressed'],
  [remediationVerified.type, 'verified'],
  [remediationIneffective.type, 'ineffective'],
  [remediationUnresolved.type, 'unresolved'],
  [lambdaFinished.type, 'finished'],
]);

interface Answered {
  readonly reason?: string;
  /** Of lambda.finished, which has no reason. */
  readonly outcome?: string;
  readonly lambda_function?: string;
  readonly selection?: { readonly lambda_function: string };
}

/** How often the delay of the event loop is measured: each time wakes a process that waits. */
const LOOP_PRECISION_MS = 100;
const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(name: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ function: name });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
  const registers = [registry];
  const events = new Counter({
    name: 'agent_sre_events_total',
    help: 'Events by type and outcome.',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const latency = new Histogram({
    name: 'agent_sre_stage_duration_seconds',
    help: 'Time from the request to the answer of a stage.',
    labelNames: ['type'],
    buckets: LATENCY_BUCKETS_S,
    registers,
  });
  const decisions = new Counter({
    name: 'agent_sre_decisions_total',
    help: 'Votes by method, outcome and reason.',
    labelNames: ['method', 'outcome', 'reason'],
    registers,
  });
  const remediations = new Counter({
    name: 'agent_sre_remediations_total',
    help: 'What became of remediations: triggered, asked, suppressed, verified, ineffective, unresolved; finished, with its outcome as the reason. The success rate of a function is verified / (verified + ineffective).',
    labelNames: ['lambda_function', 'outcome', 'reason'],
    registers,
  });
  return {
    registry,
    observe(type, outcome, seconds) {
      events.inc({ type, outcome });
      latency.observe({ type }, seconds);
    },
    decided({ method, outcome, reason }) {
      decisions.inc({ method, outcome, reason });
    },
    answered({ definition, data }) {
      const outcome = REMEDIATION_OUTCOMES.get(definition.type);
      if (outcome === undefined) return;
      // Our own answers: the function is one of the catalogue, the reason one of the event's.
      const { outcome: ended = '', reason = ended, lambda_function, selection } = data as Answered;
      remediations.inc({ lambda_function: lambda_function ?? selection?.lambda_function ?? '', outcome, reason });
    },
  };
}
