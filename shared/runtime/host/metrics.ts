import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Attempt } from '../../decision.ts';

/** The function's own metrics. The runtime's registry is private, and its faas_errors does not count what fails here. */
export interface Metrics {
  readonly registry: Registry;
  /** @param type the event's type, or `webhook`, or `other` for what the function does not accept */
  observe(type: string, outcome: string, seconds: number): void;
  decided(attempt: Attempt): void;
}

const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(name: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ function: name });
  collectDefaultMetrics({ register: registry });
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
  return {
    registry,
    observe(type, outcome, seconds) {
      events.inc({ type, outcome });
      latency.observe({ type }, seconds);
    },
    decided({ method, outcome, reason }) {
      decisions.inc({ method, outcome, reason });
    },
  };
}
