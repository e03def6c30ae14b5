/** Plays the table of deliveries on any broker and says what each subscriber was sent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { DeliveryCase, DeliveryRow, Expectation, Publication, TriggerRow } from './deliveries.ts';
import { type Answering, type Call, encodeAnswering, eventHeaders } from './listener.ts';

/** A broker that the table can be played on. */
export interface BrokerUnderTest {
  /** Its name; its namespace is `default`. */
  readonly name: string;
  /** Address of the listener, as the broker reaches it. */
  readonly listener: string;
  /** Creates the Triggers and returns when events reach them. */
  apply(triggersYaml: string): Promise<void>;
  /** POSTs an event to the broker; says the status. */
  publish(headers: Readonly<Record<string, string>>, body: string): Promise<number>;
  /** Any request to the ingress. */
  request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<number>;
  /** What the listener was sent so far. */
  calls(): Promise<readonly Call[]>;
}

const QUIET_MS = 1_200;
const LIMIT_MS = 60_000;
const EARLY_MS = 80;

/** A case and its number in the table. */
export interface NumberedCase {
  readonly index: number;
  readonly row: DeliveryCase;
}

/** Plays the cases at the same time; returns all calls so far by case and subscriber. */
export async function play(
  cases: readonly NumberedCase[],
  broker: BrokerUnderTest,
): Promise<ReadonlyMap<string, Call[]>> {
  const triggers = cases.flatMap(({ row, index }) =>
    row.triggers.map((trigger) => triggerYaml(row, index, trigger, broker)),
  );
  await broker.apply(triggers.join('---\n'));
  const before = (await broker.calls()).length;
  await Promise.all(cases.flatMap(({ row, index }) => row.publish.map((event) => publishOne(broker, event, index))));
  await settle(cases, broker, before);
  const calls = new Map<string, Call[]>();
  for (const call of await broker.calls()) calls.set(call.as, [...(calls.get(call.as) ?? []), call]);
  return calls;
}

/** Key of a subscriber's calls. */
export function subscriberOf(index: number, name: string): string {
  return `${index}:${name}`;
}

/** The case's own event types. */
export function typePrefix(index: number): string {
  return `case${index}`;
}

async function settle(cases: readonly NumberedCase[], broker: BrokerUnderTest, before: number): Promise<void> {
  const expectations = cases.flatMap(({ row }) => Object.values(row.expected));
  const expected = expectations.reduce((sum, { calls }) => sum + calls, before);
  const deadline = Date.now() + LIMIT_MS;
  let seen = -1;
  let since = Date.now();
  while (Date.now() < deadline) {
    const { length } = await broker.calls();
    if (length !== seen) since = Date.now();
    seen = length;
    if (length >= expected && Date.now() - since > QUIET_MS) return;
    if (length < expected && Date.now() - since > 4 * QUIET_MS) return;
    await sleep(50);
  }
}

function publishOne(broker: BrokerUnderTest, event: Publication, index: number): Promise<number> {
  const type = `${typePrefix(index)}.${event.type}`;
  if (event.structured !== undefined) {
    const envelope = { specversion: '1.0', id: `id-${type}`, source: '/test', type, ...event.structured };
    return broker.publish({ 'content-type': 'application/cloudevents+json' }, JSON.stringify(envelope));
  }
  const body = event.body ?? '{"n":1}';
  const contentType: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json' };
  return broker.publish({ ...eventHeaders({ type, ...event.attributes }), ...contentType, ...event.headers }, body);
}

function triggerYaml(one: DeliveryCase, index: number, row: TriggerRow, under: BrokerUnderTest): string {
  const prefix = typePrefix(index);
  const at = (name: string, answer: Omit<Answering, 'as'>) =>
    encodeAnswering(under.listener, withPrefix({ ...answer, as: subscriberOf(index, name) }, prefix));
  const spec = {
    broker: under.name,
    ...(row.filter === undefined ? { filter: { attributes: { type: `TYPE.${row.type}` } } } : row.filter),
    subscriber: { uri: row.refused === true ? 'http://127.0.0.1:9/' : at(row.name, row.answer ?? {}) },
    ...(row.delivery === undefined
      ? {}
      : { delivery: deliveryYaml(row.delivery, (answer) => at(`${row.name}-dead`, answer)) }),
  };
  const metadata = {
    name: `${under.name}-${prefix}-${row.name}`,
    namespace: 'default',
    annotations: { case: one.name },
  };
  return stringify(withPrefix({ apiVersion: 'eventing.knative.dev/v1', kind: 'Trigger', metadata, spec }, prefix));
}

function deliveryYaml(row: DeliveryRow, address: (answer: Omit<Answering, 'as'>) => string): Record<string, unknown> {
  const { deadLetter, ...spec } = row;
  return deadLetter === undefined ? spec : { ...spec, deadLetterSink: { uri: address(deadLetter) } };
}

function withPrefix<Value>(value: Value, prefix: string): Value {
  return JSON.parse(JSON.stringify(value).replaceAll('TYPE', prefix)) as Value;
}

/** How what every subscriber and dead letter sink of a row got differs from the table, or nothing. */
export function rowDifferences(
  calls: ReadonlyMap<string, readonly Call[]>,
  { triggers, expected }: Pick<DeliveryCase, 'triggers' | 'expected'>,
  index: number,
  slackMs: number,
): string[] {
  const names = triggers.flatMap(({ name }) => [name, `${name}-dead`]);
  return names.flatMap((name) => {
    const got = calls.get(subscriberOf(index, name)) ?? [];
    return differences(got, expected[name] ?? { calls: 0 }, index, slackMs).map((line) => `${name}: ${line}`);
  });
}

/** What is wrong with the calls that one subscriber got; empty if they are as expected. */
function differences(calls: readonly Call[], expected: Expectation, index: number, slackMs: number): string[] {
  const found: string[] = [];
  if (calls.length !== expected.calls) found.push(`${calls.length} calls instead of ${expected.calls}`);
  expected.gapsMs?.forEach((wait, gap) => {
    const waited = (calls[gap + 1]?.atMs ?? 0) - (calls[gap]?.atMs ?? 0);
    // A wait begins when the broker sends or gives up, which the subscriber sees a little later.
    if (waited < wait - EARLY_MS || waited > wait + slackMs)
      found.push(`gap ${gap + 1} is ${waited} ms instead of ${wait}`);
  });
  const last = calls.at(-1);
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const actual = last?.headers[name];
    if (!fits(actual, value, index)) found.push(`header ${name} is ${actual} instead of ${value}`);
  }
  if (expected.body !== undefined && last?.body !== expected.body) found.push(`body is ${last?.body}`);
  return found;
}

function fits(actual: string | undefined, expected: string | RegExp | null, index: number): boolean {
  if (expected === null) return actual === undefined;
  if (actual === undefined) return false;
  return typeof expected === 'string'
    ? actual === expected.replaceAll('TYPE', typePrefix(index))
    : expected.test(actual);
}
