/** What a person reads at GET / and at the start. */
import type { WireEvent } from '../../broker/event.ts';
import { matches } from '../../broker/filter.ts';
import type { Eventing } from '../../eventing/trigger.ts';
import type { LocalFunction } from '../../processes/functions.ts';
import { lambdaTrigger } from '../../shared/events/index.ts';
import { printable } from '../../shared/text/printable.ts';
import type { Options } from './options.ts';
import type { Runner } from './system.ts';

/** Where to send alerts, what is running, and how many events are in flight. */
export function statusText(
  runner: Pick<Runner, 'url' | 'broker' | 'functions' | 'eventing'>,
  options: Options,
): string {
  const { url, broker, functions, eventing } = runner;
  const states = [...functions.values()].map((one) => `${one.settings.name} (${stateOf(one)})`);
  const brokers = eventing.brokers.map(({ namespace, name }) => `${url}${namespace}/${name}`);
  return [
    `Alertmanager  ${url}   (webhook_configs: [{url: '${url}'}])`,
    `Broker        ${brokers.join(', ')}   (CloudEvents, binary or structured)`,
    `Functions     ${states.join(', ') || 'none'}`,
    `Triggers      ${eventing.triggers.length} of ${options.triggers}`,
    `Calls         ${callsText(eventing, functions)}`,
    `Data          ${options.data}: ${broker.counts.pending} events under way, ${broker.counts.undelivered} undelivered`,
    `Logs          ${options.data}/logs/<function>.log`,
  ].join('\n');
}

type Functions = Runner['functions'];

/**
 * Whether a Trigger delivers the event to what carries it out: the Lambda that it names, here or elsewhere, or anything outside.
 * emit-trigger reads its own calls only to know that they were sent.
 */
export function isDelivered({ triggers }: Eventing, functions: Pick<Functions, 'has'>, event: WireEvent): boolean {
  return triggers.some(({ filter, subscriber }) => {
    const name = subscriber.kind === 'service' ? subscriber.name : undefined;
    const isReader = name !== undefined && functions.has(name) && name !== event.attributes.lambdafunction;
    return !isReader && (filter === undefined || matches(filter, event));
  });
}

function callsText(eventing: Eventing, functions: Functions): string {
  const takers = eventing.triggers.filter((trigger) => {
    const attributes = { type: lambdaTrigger.type, ...lambdaOf(trigger.filter) };
    const event = { attributes, contentType: undefined, passed: {}, body: Buffer.alloc(0) };
    return isDelivered({ ...eventing, triggers: [trigger] }, functions, event);
  });
  const names = takers.map(({ name }) => printable(name)).join(', ');
  return takers.length === 0 ? `asked for only: no Trigger takes ${lambdaTrigger.type}` : `delivered by ${names}`;
}

// A Lambda's Trigger asks for its own name, which the call that it takes will have.
function lambdaOf(filter: Eventing['triggers'][number]['filter']): Record<string, string> {
  if (filter === undefined || !('attributes' in filter)) return {};
  const { lambdafunction } = filter.attributes;
  return lambdafunction === undefined ? {} : { lambdafunction };
}

function stateOf(one: LocalFunction): string {
  return one.state === 'ready' ? `ready, pid ${one.pid}` : one.state;
}
