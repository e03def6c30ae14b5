import { availableParallelism } from 'node:os';
import { STAGES, type StartedStage } from '../functions/index.ts';
import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { toBinary } from '../shared/cloudevents/write.ts';
import { type Config, readConfig } from '../shared/config.ts';
import type { AsreError } from '../shared/errors.ts';
import { EVENTS } from '../shared/events/index.ts';
import { createLog } from '../shared/log.ts';
import { eventOf, webhookEvents } from '../shared/runtime/handling/effect.ts';
import { type Incoming, parseIncoming, type RawRequest } from '../shared/runtime/request/incoming.ts';
import type { Flow } from './flow.ts';

/** The functions of the chain in this process, each started when an event first comes to it. */
export interface Chain {
  /** The alert.fired (or other) events that alert-router publishes for a webhook notification. */
  receive(notification: unknown): Promise<CloudEvent[]>;
  follow(first: CloudEvent): Promise<Flow>;
  close(): Promise<void>;
}

const ENTRANCE = 'alert-router';
/** Between the functions of one process there are no credentials and no signatures, and nobody brings back a token. */
const NO_SECRETS = { WEBHOOK_TOKEN_FILE: '', WEBHOOK_BASIC_FILE: '', SIGNING_KEY_FILE: '', APPROVAL_KEY_FILE: '' };

/** A model may take the whole machine here, where a person waits; the answers of more threads come no sooner. */
const THREADS = String(Math.min(4, availableParallelism()));

/** The settings of functions that run in this process alone. @throws {AsreError} ASRE_CONFIG_INVALID */
export function configAlone(env: Readonly<Record<string, string | undefined>>, ledger: 'none:' | 'memory:'): Config {
  return readConfig({ TRM_THREADS: THREADS, GEMMA_THREADS: THREADS, ...env, ...NO_SECRETS, LEDGER_URL: ledger });
}

/** @throws {AsreError} an `exit` where a setting, the runbook or the model cannot be used */
export function createChain(env: Readonly<Record<string, string | undefined>>): Chain {
  const config = configAlone(env, 'none:'); // each alert is judged by itself
  const started = new Map<string, Promise<StartedStage>>();
  const stage = (name: string) => started.get(name) ?? start(name, config, started);
  return {
    async receive(notification) {
      const entrance = await stage(ENTRANCE);
      const drafts = entrance.receive({ headers: {}, body: Buffer.from(JSON.stringify(notification)) });
      return webhookEvents(drafts, ENTRANCE, new Date());
    },
    follow: (first) => follow(first, stage),
    async close() {
      const settled = await Promise.allSettled(started.values());
      for (const stage of settled) if (stage.status === 'fulfilled') await stage.value.close();
    },
  };
}

function start(name: string, config: Config, started: Map<string, Promise<StartedStage>>): Promise<StartedStage> {
  const found = STAGES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  const running = found.start(config, createLog(name, 'silent'));
  started.set(name, running);
  return running;
}

async function follow(first: CloudEvent, stage: (name: string) => Promise<StartedStage>): Promise<Flow> {
  const events = [first];
  for (;;) {
    const last = events.at(-1) ?? first;
    const [subscriber, ...deadLetterSinks] = receiversOf(last);
    if (subscriber === undefined) return { events };
    const answer = await deliver(last, [subscriber, ...deadLetterSinks], stage);
    if (!('event' in answer)) return { events, ...answer };
    events.push(answer.event);
  }
}

/** The subscriber of the event's Trigger and its dead letter sinks; none where the event leaves the chain. */
function receiversOf({ attributes }: CloudEvent): readonly string[] {
  const receivers = EVENTS.find((definition) => definition.type === attributes.type)?.to ?? [];
  const isStage = (name: string) => STAGES.some((stage) => stage.name === name);
  return receivers[0] !== undefined && isStage(receivers[0]) ? receivers.filter(isStage) : [];
}

type Delivered = { readonly event: CloudEvent } | { readonly done: string } | { readonly failure: AsreError };

async function deliver(
  event: CloudEvent,
  receivers: readonly string[],
  stage: (name: string) => Promise<StartedStage>,
): Promise<Delivered> {
  const incoming = incomingOf(event);
  let answer: Delivered = { done: 'no subscriber' };
  for (const name of receivers) {
    const outcome = await (await stage(name)).handle(incoming);
    const reply = eventOf(outcome, incoming, name, new Date());
    if (reply !== undefined) return { event: reply };
    if (outcome.outcome === 'done') return { done: outcome.reason };
    if (outcome.outcome === 'retry') answer = { failure: outcome.error };
  }
  return answer;
}

/** An event as the function that it is delivered to reads it. */
export function incomingOf(event: CloudEvent): Incoming {
  return parseIncoming(requestOf(event));
}

function requestOf(event: CloudEvent): RawRequest {
  const { headers, body = '' } = toBinary(event);
  return { headers, body: Buffer.from(body) };
}
