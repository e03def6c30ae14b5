import type { Filter } from '../broker/filter.ts';
import type { Destination } from '../eventing/convert.ts';
import { readEventing, type Trigger } from '../eventing/trigger.ts';
import { STAGES } from '../functions/index.ts';
import { EVENTS } from '../shared/events/index.ts';
import { didYouMean, nearest } from '../shared/text/nearest.ts';
import { readTriggerFiles } from './trigger-files.ts';

/** What one part of the check looked at, in words, and what is wrong with it, each with its place. */
export interface Findings {
  readonly checked: readonly string[];
  readonly problems: readonly string[];
  /** What is worth knowing and no problem. */
  readonly notes?: readonly string[];
}

type Report = (message: string) => void;

/**
 * Checks a folder of Brokers and Triggers: every type exists, every function accepts what is delivered to it, every
 * event of the chain is delivered somewhere.
 *
 * @param catalogue names of the functions that lambda triggers may name; undefined where the runbook is broken
 * @throws {UserError} where there is no such folder
 */
export function checkTriggers(folder: string, catalogue: ReadonlySet<string> | undefined): Findings {
  const files = readTriggerFiles(folder);
  const { eventing, problems } = readEventing(files);
  const { triggers, brokers } = eventing;
  const checked = [count(brokers.length, 'Broker', 'Brokers'), count(triggers.length, 'Trigger', 'Triggers')];
  const found = triggers.flatMap((trigger) => checkTrigger(trigger, catalogue));
  // A Trigger that cannot be read may deliver what no other does.
  const missing = problems.length > 0 ? [] : undeliveredTypes(triggers).map((what) => `${folder}: ${what}`);
  return { checked, problems: [...problems, ...found, ...missing] };
}

function checkTrigger(trigger: Trigger, catalogue: ReadonlySet<string> | undefined) {
  const problems: string[] = [];
  const place = `${trigger.file}:${trigger.line}: Trigger ${trigger.name}`;
  const report: Report = (message) => problems.push(`${place}: ${message}`);
  const { type, lambdafunction } = requiredAttributes(trigger.filter);
  checkAttributes(trigger.filter, report);
  checkType(trigger, type, report);
  checkDelivery(trigger, report);
  if (lambdafunction !== undefined && catalogue?.has(lambdafunction) === false) {
    const hint = didYouMean(lambdafunction, [...catalogue]);
    report(`filters on lambdafunction "${lambdafunction}", which is not in the catalogue; ${hint}add it there`);
  }
  return problems;
}

const ATTRIBUTES = ['type', 'source', 'subject', 'correlationid', 'causationid', 'partitionkey', 'lambdafunction'];

// A sender may have attributes of its own, so only a slip of the pen is told.
function checkAttributes(filter: Filter | undefined, report: Report): void {
  for (const name of Object.keys(requiredAttributes(filter))) {
    if (ATTRIBUTES.includes(name)) continue;
    const meant = nearest(name, ATTRIBUTES);
    if (meant !== undefined) report(`filters on the attribute ${name}, which no event has; did you mean ${meant}?`);
  }
}

function checkType(trigger: Trigger, type: string | undefined, report: Report): void {
  if (type !== undefined && !EVENTS.some((definition) => definition.type === type)) {
    const hint = didYouMean(
      type,
      EVENTS.map((definition) => definition.type),
    );
    report(`there is no event type "${type}"; ${hint}docs/events.md lists them`);
    return;
  }
  checkReceiver('subscriber', trigger.subscriber, type, report);
  if (trigger.deadLetterSink === undefined) report('has no dead letter sink, nor has its Broker: events can be lost');
  else checkReceiver('dead letter sink', trigger.deadLetterSink, type, report);
}

function checkReceiver(role: string, destination: Destination, type: string | undefined, report: Report): void {
  if (destination.kind !== 'service') return;
  const stage = STAGES.find((candidate) => candidate.name === destination.name);
  if (stage === undefined) {
    const [receiver] = receiversOf(type);
    const names = STAGES.map(({ name }) => name);
    if (names.includes(receiver ?? '')) report(`its ${role} ${destination.name} is not in functions/; use ${receiver}`);
  } else if (type === undefined) {
    report(`has no type in its filter, so its ${role} ${stage.name} would get every event of the Broker`);
  } else if (!stage.accepts.includes(type)) {
    report(`its ${role} ${stage.name} does not accept ${type}; it accepts ${stage.accepts.join(', ')}`);
  }
}

function checkDelivery({ delivery: { retry, backoff } }: Trigger, report: Report): void {
  if (retry > 0 && backoff === undefined) {
    report(`retries ${retry} times without a pause; Knative needs both backoffPolicy and backoffDelay`);
  }
}

/** Types that a function is meant to get and that no Trigger delivers to it. */
function undeliveredTypes(triggers: readonly Trigger[]): string[] {
  return EVENTS.flatMap(({ type, to }) => {
    const receiver = to.find((each) => STAGES.some(({ name }) => name === each));
    if (receiver === undefined) return [];
    const delivers = ({ filter, subscriber }: Trigger) =>
      subscriber.kind === 'service' && subscriber.name === receiver && requiredAttributes(filter).type === type;
    return triggers.some(delivers) ? [] : [`no Trigger delivers ${type} to ${receiver}; add one`];
  });
}

function receiversOf(type: string | undefined): readonly string[] {
  return EVENTS.find((definition) => definition.type === type)?.to ?? [];
}

/** The attribute values that every event which passes the filter has. */
function requiredAttributes(filter: Filter | undefined): Readonly<Record<string, string>> {
  switch (filter?.kind) {
    case 'attributes':
    case 'exact':
      return filter.attributes;
    case 'all':
      return Object.assign({}, ...filter.filters.map(requiredAttributes));
    case 'prefix':
    case 'suffix':
    case 'any':
    case 'not':
    case undefined:
      return {};
    default:
      return filter satisfies never;
  }
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
