/** Brokers and Triggers, read strictly from the Kubernetes YAML that a cluster gets. */
import { DEFAULT_DELIVERY, type DeliverySpec } from '../broker/delivery.ts';
import type { Filter } from '../broker/filter.ts';
import { checkDocument, type ParsedDocument, type Problem, parseYaml } from '../shared/text/document.ts';
import { didYouMean } from '../shared/text/nearest.ts';
import {
  convertDelivery,
  convertDestination,
  convertFilter,
  type DeclaredDelivery,
  type Destination,
} from './convert.ts';
import { placeOf } from './place.ts';
import { BrokerObject, TriggerObject } from './schema.ts';

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
  /** The file and the line of its name, for messages. */
  readonly file: string;
  readonly line: number;
}

export interface Eventing {
  readonly brokers: readonly Broker[];
  readonly triggers: readonly Trigger[];
  /** Objects that only a cluster needs. */
  readonly ignored: readonly string[];
}

/** The list of the files of a folder, for kubectl: a cluster never gets it. */
const KUSTOMIZATION = 'Kustomization';

/** A file's text as it was read from `name`. */
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

/** An object before it inherits from its Broker. */
interface Declared<Kind> {
  readonly object: Kind;
  readonly delivery: DeclaredDelivery | undefined;
}

type DeclaredTrigger = Omit<Trigger, 'delivery' | 'deadLetterSink'>;

/** Parses all files together, since a Trigger may stand in another file than its Broker. @throws {TriggerFileError} */
export function parseEventing(files: readonly SourceFile[]): Eventing {
  const { eventing, problems } = readEventing(files);
  if (problems.length > 0) throw new TriggerFileError(problems);
  return eventing;
}

/** What can be read of the files, and each problem with its place; for `agent-sre check`. */
export function readEventing(files: readonly SourceFile[]): { eventing: Eventing; problems: readonly string[] } {
  const problems: Problem[] = [];
  const brokers: Declared<Broker>[] = [];
  const triggers: Declared<DeclaredTrigger>[] = [];
  const ignored: string[] = [];
  for (const document of files.flatMap(({ name, text }) => parseYaml(name, text, problems))) {
    const kind = kindOf(document, problems);
    if (kind === 'Broker') brokers.push(...readBroker(document, problems));
    else if (kind === 'Trigger') triggers.push(...readTrigger(document, problems));
    else if (kind !== undefined && kind !== KUSTOMIZATION) ignored.push(`${document.file}: ${kind}`);
  }
  const isWhole = problems.length === 0;
  reportTwins(triggers, problems);
  // The Broker may stand in a file that cannot be read.
  const complete = triggers.flatMap((trigger) => inheritDelivery(trigger, brokers, isWhole ? problems : []));
  return {
    eventing: { brokers: brokers.map(({ object }) => object), triggers: complete, ignored },
    problems: problems.map(({ file, line, message }) => `${file}:${line}: ${message}`),
  };
}

function kindOf(document: ParsedDocument, problems: Problem[]): string | undefined {
  const { content } = document;
  if (content === null) return undefined; // nothing but comments
  const kind = typeof content === 'object' && 'kind' in content ? content.kind : undefined;
  if (typeof kind === 'string') return kind;
  placeOf(document, problems).report('must be a Kubernetes object with a kind');
  return undefined;
}

function readBroker(document: ParsedDocument, problems: Problem[]): Declared<Broker>[] {
  const checked = checkDocument(document, BrokerObject, problems);
  if (checked === undefined) return [];
  const { metadata, spec } = checked.content;
  const { name, namespace = 'default' } = metadata;
  const place = placeOf(checked, problems, ['spec', 'delivery']);
  const delivery = spec?.delivery && convertDelivery(spec.delivery, namespace, place);
  return [{ object: { namespace, name }, delivery }];
}

function readTrigger(document: ParsedDocument, problems: Problem[]): Declared<DeclaredTrigger>[] {
  const checked = checkDocument(document, TriggerObject, problems);
  if (checked === undefined) return [];
  const { metadata, spec } = checked.content;
  const { name, namespace = 'default' } = metadata;
  const place = placeOf(checked, problems, ['spec']);
  const object: DeclaredTrigger = {
    namespace,
    name,
    file: document.file,
    line: document.lineOf(['metadata', 'name']),
    broker: spec.broker,
    filter: convertFilter(spec, place),
    subscriber: convertDestination(spec.subscriber, namespace, place.at('subscriber')),
  };
  const delivery = spec.delivery && convertDelivery(spec.delivery, namespace, place.at('delivery'));
  return [{ object, delivery }];
}

// A Trigger's delivery replaces its Broker's as a whole; only the dead letter sink falls back to the Broker's.
function inheritDelivery(
  { object, delivery }: Declared<DeclaredTrigger>,
  brokers: readonly Declared<Broker>[],
  problems: Problem[],
): Trigger[] {
  const { namespace, broker: name, file, line } = object;
  const broker = brokers.find(({ object: candidate }) => candidate.name === name && candidate.namespace === namespace);
  if (broker === undefined) {
    const hint = didYouMean(
      name,
      brokers.map(({ object: each }) => each.name),
    );
    const message = `Trigger ${object.name} names Broker ${namespace}/${name}, which no file declares; ${hint}add it or fix spec.broker`;
    problems.push({ file, line, message });
    return [];
  }
  return [
    {
      ...object,
      delivery: delivery?.spec ?? broker.delivery?.spec ?? DEFAULT_DELIVERY,
      deadLetterSink: delivery?.deadLetterSink ?? broker.delivery?.deadLetterSink,
    },
  ];
}

function reportTwins(triggers: readonly Declared<DeclaredTrigger>[], problems: Problem[]): void {
  const seen = new Set<string>();
  for (const { object } of triggers) {
    const { namespace, name, file, line } = object;
    const id = `${namespace}/${name}`;
    const message = `Trigger ${name} has the name of another Trigger; rename one of them`;
    if (seen.has(id)) problems.push({ file, line, message });
    seen.add(id);
  }
}
