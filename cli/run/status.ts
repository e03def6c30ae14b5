/** What a person reads at GET / and at the start, and Prometheus at GET /metrics. */
import type { BrokerCounts } from '../../broker/counts.ts';
import type { Eventing } from '../../eventing/trigger.ts';
import type { LocalFunction } from '../../processes/functions.ts';
import type { Options } from './options.ts';

/** Where to send alerts, what is running, and how much is on its way. */
export function statusText(
  url: string,
  counts: BrokerCounts,
  functions: ReadonlyMap<string, LocalFunction>,
  eventing: Eventing,
  options: Options,
): string {
  const states = [...functions.values()].map((one) => `${one.settings.name} (${stateOf(one)})`);
  const brokers = eventing.brokers.map(({ namespace, name }) => `${url}${namespace}/${name}`);
  return [
    `Alertmanager  ${url}   (webhook_configs: [{url: '${url}'}])`,
    `Broker        ${brokers.join(', ')}   (CloudEvents, binary or structured)`,
    `Functions     ${states.join(', ') || 'none'}`,
    `Triggers      ${eventing.triggers.length} of ${options.triggers}`,
    `Data          ${options.data}: ${counts.pending} events under way, ${counts.undelivered} undelivered`,
    `Logs          ${options.data}/logs/<function>.log`,
  ].join('\n');
}

function stateOf(one: LocalFunction): string {
  return one.state === 'ready' ? `ready, pid ${one.pid}` : one.state;
}

/** The counts in Prometheus' text format. */
export function metricsText(counts: BrokerCounts, functions: ReadonlyMap<string, LocalFunction>): string {
  const ready = [...functions.values()].map((one) => [one.settings.name, one.state === 'ready' ? 1 : 0] as const);
  const restarts = [...functions.values()].map((one) => [one.settings.name, one.restarts] as const);
  return [
    ...metric('accepted_total', 'counter', 'Events accepted, replies included.', counts.accepted),
    ...metric('delivered_total', 'counter', 'Deliveries that a subscriber took.', counts.delivered),
    ...metric('replies_total', 'counter', 'Replies that came back in.', counts.replies),
    ...metric('retries_total', 'counter', 'Deliveries tried again.', counts.retries),
    ...metric('dead_letters_total', 'counter', 'Deliveries that a dead letter sink took.', counts.deadLettered),
    ...metric('undelivered', 'gauge', 'Events kept because nobody took them.', counts.undelivered),
    ...metric('pending', 'gauge', 'Deliveries under way.', counts.pending),
    ...perFunction('function_ready', 'gauge', 'Whether the function runs and is ready.', ready),
    ...perFunction('function_restarts_total', 'counter', 'Restarts after a crash.', restarts),
  ].join('\n');
}

function metric(name: string, kind: string, meaning: string, value: number): string[] {
  return [...heading(name, kind, meaning), `agent_sre_runner_${name} ${value}`];
}

function perFunction(
  name: string,
  kind: string,
  meaning: string,
  values: readonly (readonly [string, number])[],
): string[] {
  return [
    ...heading(name, kind, meaning),
    ...values.map(([one, value]) => `agent_sre_runner_${name}{function="${one}"} ${value}`),
  ];
}

function heading(name: string, kind: string, meaning: string): string[] {
  return [`# HELP agent_sre_runner_${name} ${meaning}`, `# TYPE agent_sre_runner_${name} ${kind}`];
}
