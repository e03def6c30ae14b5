import { Counter, Gauge, Registry } from 'prom-client';
import type { BrokerCounts } from '../../broker/counts.ts';
import type { LocalFunction } from '../../processes/functions.ts';

type Functions = ReadonlyMap<string, Pick<LocalFunction, 'state' | 'restarts'>>;
type Kind = typeof Counter | typeof Gauge;

const PREFIX = 'agent_sre_runner_';

/** Counts of the broker that only rise, and those that fall again. */
const BROKER = {
  accepted: [Counter, 'accepted_total', 'Events accepted, replies included.'],
  delivered: [Counter, 'delivered_total', 'Deliveries that a subscriber took.'],
  replies: [Counter, 'replies_total', 'Replies that came back in.'],
  retries: [Counter, 'retries_total', 'Deliveries tried again.'],
  deadLettered: [Counter, 'dead_letters_total', 'Deliveries that a dead letter sink took.'],
  undelivered: [Gauge, 'undelivered', 'Events kept because they could not be delivered.'],
  pending: [Gauge, 'pending', 'Deliveries under way.'],
} as const satisfies Record<keyof BrokerCounts, readonly [Kind, string, string]>;

/** What Prometheus gets at GET /metrics of a running system; everything is read when it is asked for. */
export function createRunnerMetrics(counts: BrokerCounts, functions: Functions): Registry {
  const registry = new Registry();
  for (const [count, [Kind, name, help]] of Object.entries(BROKER)) {
    const read = () => counts[count as keyof BrokerCounts];
    register(registry, Kind, name, help, [], (set) => set({}, read()));
  }
  const each = (read: (one: Pick<LocalFunction, 'state' | 'restarts'>) => number) => (set: Setter) => {
    for (const [name, one] of functions) set({ function: name }, read(one));
  };
  const ready = each(({ state }) => (state === 'ready' ? 1 : 0));
  register(registry, Gauge, 'function_ready', 'Whether the function runs and is ready.', ['function'], ready);
  const restarts = each((one) => one.restarts);
  register(registry, Counter, 'function_restarts_total', 'Restarts after a crash.', ['function'], restarts);
  return registry;
}

type Setter = (labels: Record<string, string>, value: number) => void;

function register(
  registry: Registry,
  Kind: Kind,
  name: string,
  help: string,
  labelNames: string[],
  read: (set: Setter) => void,
): void {
  new Kind({
    name: `${PREFIX}${name}`,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      read((labels, value) => this.inc(labels, value));
    },
  });
}
