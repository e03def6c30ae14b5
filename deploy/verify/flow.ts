/** The Triggers against the functions: each type reaches who accepts it, and nothing goes round in circles. */
import { CONSOLE, LAMBDAS } from '../../build/project.ts';
import type { Destination } from '../../eventing/convert.ts';
import type { Trigger } from '../../eventing/trigger.ts';
import { STAGES } from '../../functions/index.ts';
import { EVENTS } from '../../shared/events/index.ts';

const PREFIX = 'io.homelab.agent-sre.';
const LAMBDA_TRIGGER = `${PREFIX}lambda.trigger`;

/** The Broker's dead letter sink: it also takes what a Trigger of the user's own cannot deliver. */
const DEAD_LETTERS = 'alert-router';

/** What a function may answer to an event of a type. An event that is not here, or in no Trigger, ends with people. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'io.homelab.prometheus.alert.fired': ['trm.requested', 'gemma.requested', 'rules.requested', 'remediation.selected'],
  'io.homelab.prometheus.alert.resolved': ['remediation.verified'],
  [`${PREFIX}trm.requested`]: ['gemma.requested', 'rules.requested', 'remediation.selected', 'remediation.unresolved'],
  [`${PREFIX}gemma.requested`]: ['rules.requested', 'remediation.selected', 'remediation.unresolved'],
  [`${PREFIX}rules.requested`]: ['remediation.selected', 'remediation.unresolved'],
  [`${PREFIX}remediation.selected`]: ['approval.requested', 'lambda.trigger', 'remediation.suppressed'],
  [`${PREFIX}approval.requested`]: [],
  [`${PREFIX}remediation.verified`]: [],
  [`${PREFIX}approval.granted`]: ['lambda.trigger', 'remediation.suppressed'],
  [`${PREFIX}approval.denied`]: ['remediation.suppressed'],
  [LAMBDA_TRIGGER]: ['lambda.finished'],
  [`${PREFIX}lambda.finished`]: ['remediation.ineffective', 'remediation.verified'],
  [`${PREFIX}remediation.ineffective`]: ['remediation.unresolved'],
};

export function checkFlow(all: readonly Trigger[]): string[] {
  // The console takes every event, and answers none.
  const triggers = all.filter((trigger) => serviceOf(trigger.subscriber) !== CONSOLE.name);
  return [...triggers.flatMap(checkReceivers), ...undelivered(triggers), ...circles(triggers)];
}

export function acceptedBy(name: string): readonly string[] | undefined {
  if (LAMBDAS.some((lambda) => lambda.name === name)) return [LAMBDA_TRIGGER];
  return STAGES.find((stage) => stage.name === name)?.accepts;
}

function checkReceivers(trigger: Trigger): string[] {
  const { type = '', lambdafunction } = attributesOf(trigger);
  return [trigger.subscriber, trigger.deadLetterSink].flatMap((receiver) => {
    const name = serviceOf(receiver);
    if (name === undefined) return [`Trigger ${trigger.name}: a subscriber or dead letter sink is no Service`];
    const accepted = acceptedBy(name);
    if (accepted === undefined) return [`Trigger ${trigger.name}: there is no function ${name}`];
    if (!accepted.includes(type)) return [`Trigger ${trigger.name}: ${name} does not accept "${type}"`];
    const isLambda = !STAGES.some((stage) => stage.name === name);
    return isLambda && lambdafunction !== name ? [`Trigger ${trigger.name}: ${name} gets the calls of others`] : [];
  });
}

function undelivered(triggers: readonly Trigger[]): string[] {
  const names = [...STAGES, ...LAMBDAS].map(({ name }) => name);
  return names.flatMap((name) =>
    (acceptedBy(name) ?? [])
      .filter((type) => name !== DEAD_LETTERS || EVENTS.some((event) => event.type === type && event.to.includes(name)))
      .filter((type) => !triggers.some((trigger) => attributesOf(trigger).type === type && reaches(trigger, name)))
      .map((type) => `${name} accepts ${type}, which no Trigger delivers to it`),
  );
}

/** The types from which an event could lead to one of its own type again. */
function circles(triggers: readonly Trigger[]): string[] {
  const unknown = triggers.map((trigger) => attributesOf(trigger).type ?? '').filter((type) => !(type in ANSWERS));
  const missing = [...new Set(unknown)].map((type) => `deploy/verify/flow.ts does not say what follows ${type}`);
  const round = EVENTS.map(({ type }) => type).filter((type) => leadsTo(type, type, triggers, new Set()));
  return [...missing, ...round.map((type) => `an event ${type} can lead to another one`)];
}

function leadsTo(from: string, to: string, triggers: readonly Trigger[], seen: Set<string>): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  if (!triggers.some((trigger) => attributesOf(trigger).type === from)) return false;
  const next = (ANSWERS[from] ?? []).map((short) => PREFIX + short);
  return next.some((type) => type === to || leadsTo(type, to, triggers, seen));
}

function reaches({ subscriber, deadLetterSink }: Trigger, name: string): boolean {
  return [subscriber, deadLetterSink].some((receiver) => serviceOf(receiver) === name);
}

function serviceOf(destination: Destination | undefined): string | undefined {
  return destination?.kind === 'service' ? destination.name : undefined;
}

function attributesOf({ filter }: Trigger): Readonly<Record<string, string>> {
  return filter?.kind === 'attributes' ? filter.attributes : {};
}
