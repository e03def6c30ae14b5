/** Brokers and Triggers, read strictly from the Kubernetes YAML that a cluster gets. */
import { parseAllDocuments } from 'yaml';
import { DEFAULT_DELIVERY, type DeliverySpec, parseDuration } from '../broker/delivery.ts';
import type { Filter } from '../broker/filter.ts';
import { isObject } from '../shared/alert/alert.ts';
import { Fields, Problems } from './fields.ts';

/** Where events go: a Knative Service by name, a Broker, or a URL. */
export type Destination =
  | { readonly kind: 'service'; readonly name: string; readonly path: string }
  | { readonly kind: 'broker'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'uri'; readonly uri: string };

interface Delivery {
  readonly spec: DeliverySpec | undefined;
  readonly deadLetterSink: Destination | undefined;
}

export interface Broker {
  readonly namespace: string;
  readonly name: string;
}

export interface Trigger {
  readonly namespace: string;
  readonly name: string;
  readonly broker: string;
  /** Undefined passes every event. */
  readonly filter: Filter | undefined;
  readonly subscriber: Destination;
  readonly delivery: DeliverySpec;
  readonly deadLetterSink: Destination | undefined;
  /** The file it stands in, for messages. */
  readonly file: string;
}

export interface Eventing {
  readonly brokers: readonly Broker[];
  readonly triggers: readonly Trigger[];
  /** Objects that only a cluster needs. */
  readonly ignored: readonly string[];
}

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** The files can't be used as they are; `problems` names each place and what to do. */
export class TriggerFileError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the trigger files have ${problems.length} problem(s):\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.problems = problems;
  }
}

interface BrokerWithDelivery extends Broker {
  readonly delivery: Delivery | undefined;
}

interface TriggerWithDelivery extends Omit<Trigger, 'delivery' | 'deadLetterSink'> {
  readonly delivery: Delivery | undefined;
}

/** Parses all files together, since a Trigger may stand in another file than its Broker. */
export function parseEventing(files: readonly SourceFile[]): Eventing {
  const problems = new Problems();
  const brokers: BrokerWithDelivery[] = [];
  const triggers: TriggerWithDelivery[] = [];
  const ignored: string[] = [];
  for (const object of files.flatMap((file) => objectsOf(file, problems))) {
    const kind = object.fields.raw('kind');
    if (kind === 'Broker') brokers.push(readBroker(object));
    else if (kind === 'Trigger') triggers.push(readTrigger(object));
    else ignored.push(`${object.file}: ${String(kind)}`);
  }
  const complete = triggers.map((trigger) => inheritDelivery(trigger, brokers, problems));
  reportTwins([...triggers], problems);
  if (problems.list.length > 0) throw new TriggerFileError(problems.list);
  return { brokers: brokers.map(({ namespace, name }) => ({ namespace, name })), triggers: complete, ignored };
}

interface KubernetesObject {
  readonly file: string;
  readonly fields: Fields;
}

function objectsOf(file: SourceFile, problems: Problems): KubernetesObject[] {
  const objects: KubernetesObject[] = [];
  parseAllDocuments(file.text).forEach((document, index) => {
    const where = `${file.name}, document ${index + 1}`;
    for (const error of document.errors) problems.add(where, error.message.split('\n')[0] ?? 'is no valid YAML');
    const value: unknown = document.errors.length > 0 ? null : document.toJS();
    if (value !== null) objects.push({ file: file.name, fields: new Fields(value, nameOf(value, where), problems) });
  });
  return objects;
}

function nameOf(value: unknown, where: string): string {
  const metadata = isObject(value) ? value.metadata : undefined;
  return isObject(metadata) && isObject(value) ? `${where} (${String(value.kind)} ${String(metadata.name)})` : where;
}

function readIdentity(fields: Fields): Broker {
  fields.only('apiVersion', 'kind', 'metadata', 'spec');
  if (fields.string('apiVersion') !== 'eventing.knative.dev/v1') {
    fields.report('apiVersion', 'must be eventing.knative.dev/v1');
  }
  const metadata = fields.child('metadata')?.only('name', 'namespace', 'labels', 'annotations');
  if (metadata === undefined) fields.report('metadata', 'is missing');
  return { namespace: metadata?.string('namespace') ?? 'default', name: metadata?.required('name') ?? '' };
}

function readBroker({ fields }: KubernetesObject): BrokerWithDelivery {
  const identity = readIdentity(fields);
  const spec = fields.child('spec')?.only('config', 'delivery');
  return { ...identity, delivery: readDelivery(spec?.child('delivery'), identity.namespace) };
}

function readTrigger({ fields, file }: KubernetesObject): TriggerWithDelivery {
  const identity = readIdentity(fields);
  const spec = fields.child('spec')?.only('broker', 'filter', 'filters', 'subscriber', 'delivery');
  if (spec === undefined) fields.report('spec', 'is missing');
  return {
    ...identity,
    file,
    broker: spec?.required('broker') ?? '',
    filter: readFilter(spec),
    subscriber: readDestination(spec, 'subscriber', identity.namespace) ?? { kind: 'uri', uri: '' },
    delivery: readDelivery(spec?.child('delivery'), identity.namespace),
  };
}

function readDelivery(fields: Fields | undefined, namespace: string): Delivery | undefined {
  if (fields === undefined) return undefined;
  fields.only('deadLetterSink', 'retry', 'backoffPolicy', 'backoffDelay', 'timeout', 'format');
  const policy = fields.oneOf('backoffPolicy', ['linear', 'exponential']);
  const delayMs = readDuration(fields, 'backoffDelay');
  return {
    deadLetterSink: fields.has('deadLetterSink') ? readDestination(fields, 'deadLetterSink', namespace) : undefined,
    spec: {
      retry: fields.wholeNumber('retry') ?? 0,
      // Knative backs off only where both are given.
      backoff: policy === undefined || delayMs === undefined ? undefined : { policy, delayMs },
      timeoutMs: readDuration(fields, 'timeout'),
      format: fields.oneOf('format', ['binary', 'json']) ?? 'binary',
    },
  };
}

function readDuration(fields: Fields, key: string): number | undefined {
  const text = fields.string(key);
  if (text === undefined) return undefined;
  const duration = parseDuration(text);
  if (duration === undefined) fields.report(key, `is '${text}'; write an ISO 8601 duration such as PT0.5S or PT1M`);
  return duration;
}

function readDestination(parent: Fields | undefined, key: string, namespace: string): Destination | undefined {
  const fields = parent?.child(key)?.only('ref', 'uri');
  const uri = fields?.string('uri');
  const ref = fields?.child('ref')?.only('apiVersion', 'kind', 'name', 'namespace');
  if (ref !== undefined) return readReference(ref, uri, namespace);
  if (uri !== undefined && URL.canParse(uri)) return { kind: 'uri', uri };
  parent?.report(key, 'needs a ref {apiVersion, kind, name} or a uri such as http://localhost:9000/');
  return undefined;
}

function readReference(ref: Fields, uri: string | undefined, namespace: string): Destination {
  const name = ref.required('name');
  if (ref.oneOf('kind', ['Service', 'Broker']) === 'Broker') {
    return { kind: 'broker', name, namespace: ref.string('namespace') ?? namespace };
  }
  ref.required('apiVersion');
  return { kind: 'service', name, path: uri ?? '/' };
}

function readFilter(spec: Fields | undefined): Filter | undefined {
  const dialects = spec?.list('filters') ?? [];
  const legacy = spec?.child('filter')?.only('attributes');
  // `filters` overrides `filter` (Trigger API).
  if (spec !== undefined && dialects.length > 0)
    return { kind: 'all', filters: readDialects(dialects, spec, 'filters') };
  return legacy?.has('attributes') ? { kind: 'attributes', attributes: legacy.strings('attributes') } : undefined;
}

function readDialects(values: readonly unknown[], parent: Fields, key: string): Filter[] {
  return values.map((value, index) =>
    readDialect(new Fields(value, `${parent.where}.${key}[${index}]`, parent.problems)),
  );
}

const DIALECTS = ['exact', 'prefix', 'suffix', 'all', 'any', 'not'] as const;

function readDialect(fields: Fields): Filter {
  const dialect = DIALECTS.find((candidate) => fields.has(candidate));
  if (fields.has('cesql')) {
    fields.report('cesql', 'is not supported by the embedded broker; use exact, prefix, suffix, all, any, not');
  } else if (fields.only(...DIALECTS).keys().length !== 1) {
    fields.problems.add(fields.where, `needs exactly one of ${DIALECTS.join(', ')}`);
  }
  switch (dialect) {
    case 'exact':
    case 'prefix':
    case 'suffix':
      return { kind: dialect, attributes: fields.strings(dialect) };
    case 'all':
    case 'any':
      return { kind: dialect, filters: readDialects(fields.list(dialect), fields, dialect) };
    case 'not':
      return { kind: 'not', filter: readDialect(fields.child('not') ?? fields) };
    case undefined:
      return { kind: 'any', filters: [] };
  }
}

// A Trigger's delivery replaces its Broker's as a whole; only the dead letter sink falls back to the Broker's.
function inheritDelivery(trigger: TriggerWithDelivery, brokers: BrokerWithDelivery[], problems: Problems): Trigger {
  const broker = brokers.find(({ name, namespace }) => name === trigger.broker && namespace === trigger.namespace);
  if (broker === undefined) {
    const id = `${trigger.namespace}/${trigger.broker}`;
    problems.add(
      `${trigger.file} (Trigger ${trigger.name})`,
      `names Broker ${id}, which no file declares; add it or fix spec.broker`,
    );
  }
  return {
    ...trigger,
    delivery: trigger.delivery?.spec ?? broker?.delivery?.spec ?? DEFAULT_DELIVERY,
    deadLetterSink: trigger.delivery?.deadLetterSink ?? broker?.delivery?.deadLetterSink,
  };
}

function reportTwins(triggers: readonly TriggerWithDelivery[], problems: Problems): void {
  const seen = new Set<string>();
  for (const { namespace, name, file } of triggers) {
    const id = `${namespace}/${name}`;
    if (seen.has(id)) problems.add(`${file} (Trigger ${name})`, 'has the name of another Trigger; rename one of them');
    seen.add(id);
  }
}
