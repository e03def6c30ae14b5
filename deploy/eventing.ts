/** How functions reach the Broker, and who may send what to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../build/project.ts';
import { ROOT } from '../build/project.ts';
import { parseEventing, type Trigger } from '../eventing/trigger.ts';
import { EVENTS } from '../shared/events/index.ts';
import { BROKER, labelsOf, type Manifest } from './kubernetes.ts';

const SERVICE = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' };
const SINK_BINDING = { apiVersion: 'sources.knative.dev/v1', kind: 'SinkBinding' };

/** Sets K_SINK: for what is published because nobody waits for a reply (a webhook, a dead letter). */
export function sinkBindingOf({ name, kind }: Entry): Manifest {
  return {
    ...SINK_BINDING,
    metadata: { name, labels: labelsOf(name, kind) },
    spec: { subject: { ...SERVICE, name }, sink: { ref: BROKER } },
  };
}

/** The Triggers of the chain and of the Lambda functions. */
export function readTriggers(): readonly Trigger[] {
  const chain = readdirSync(join(ROOT, 'triggers')).map((file) => `triggers/${file}`);
  const files = [...chain, 'lambdas/triggers.yaml'].filter((file) => !file.endsWith('kustomization.yaml'));
  return parseEventing(files.map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }))).triggers;
}

/** A function may send only the types that docs/events.md names it for: by its SinkBinding, and as the reply to its Triggers. */
export function eventPolicyOf({ name, kind }: Entry, triggers: readonly Trigger[]): Manifest {
  const replies = triggers.filter(({ subscriber }) => subscriber.kind === 'service' && subscriber.name === name);
  const bindings = kind === 'function' ? [{ ...SINK_BINDING, name }] : [];
  const replying = replies.map((trigger) => ({ apiVersion: BROKER.apiVersion, kind: 'Trigger', name: trigger.name }));
  return {
    ...{ apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'EventPolicy' },
    metadata: { name, labels: labelsOf(name, kind) },
    spec: {
      to: [{ ref: BROKER }],
      from: [...bindings, ...replying].map((ref) => ({ ref })),
      filters: [{ any: typesSentBy({ name, kind }).map((type) => ({ exact: { type } })) }],
    },
  };
}

function typesSentBy({ name, kind }: Pick<Entry, 'name' | 'kind'>): string[] {
  const sent = EVENTS.filter(
    ({ from }) => from.includes(name) || (kind === 'lambda' && from.includes('Lambda functions')),
  );
  const rejected = 'io.homelab.agent-sre.event.rejected'; // any function may send it
  return [...new Set([...sent.map(({ type }) => type), rejected])];
}
