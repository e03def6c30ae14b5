/** How an alert's episode ended, in words: one reading of the last events, for every verb that shows one. */

import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { eventRejected, lambdaTrigger, remediationSuppressed, remediationUnresolved } from '../shared/events/index.ts';
import { isObject } from '../shared/json.ts';
import { printable } from '../shared/text/printable.ts';

export interface Ending {
  /** The episode: `<fingerprint>.<startsAt in ms>`. */
  readonly episode: string;
  /** The alert's name and the object that it is about. */
  readonly alert: string;
  readonly alertname: string | undefined;
  /** Of what is acted on; of a decision that calls nothing, of what the alert is about. */
  readonly namespace: string | undefined;
  /** `<namespace>/<name>` likewise. */
  readonly target: string | undefined;
  readonly kind: 'called' | 'suppressed' | 'no action' | 'rejected';
  readonly decidedBy: string | undefined;
  readonly lambdaFunction: string | undefined;
  readonly parameters: string | undefined;
  readonly confidence: string | undefined;
  /** One word: of the vote that decided, or of what ended the episode. */
  readonly reason: string | undefined;
  /** The entry of the runbook that decided. */
  readonly entry: string | undefined;
  readonly why: string;
}

/** Labels that say which object an alert is about, the most specific first. */
const OBJECT_LABELS = [
  ...['pod', 'persistentvolumeclaim', 'deployment', 'statefulset', 'daemonset', 'job_name', 'name', 'node', 'instance'],
];
const NAMELESS = 'an alert that cannot be read';

type Fields = Readonly<Record<string, unknown>>;
/** What an event tells of the ending; the rest stays blank. */
type Told = Partial<Ending> & Pick<Ending, 'kind' | 'why'>;

// A map: the type comes from the sender, and an object would have readers named toString and constructor.
const READERS = new Map<string, (data: Fields) => Told>([
  [lambdaTrigger.type, (data) => ({ ...selectionOf(data, data.triggered_by), kind: 'called' })],
  [remediationUnresolved.type, unresolved],
  [remediationSuppressed.type, suppressed],
  [eventRejected.type, rejected],
]);

const BLANK = {
  alert: NAMELESS,
  ...{ alertname: undefined, namespace: undefined, target: undefined, reason: undefined, entry: undefined },
  ...{ decidedBy: undefined, lambdaFunction: undefined, parameters: undefined, confidence: undefined },
} as const;

/** Whether an event of this type ends an episode. */
export function isFinal(type: string | undefined): boolean {
  return READERS.has(type ?? '');
}

/** The ending that the event records, or undefined where it is an event on the way. */
export function endingOf({ attributes, data }: CloudEvent): Ending | undefined {
  const read = READERS.get(attributes.type ?? '');
  if (read === undefined) return undefined;
  const episode = text(attributes.correlationid) ?? '';
  const fields = isObject(data) ? data : {};
  const told = read(fields);
  return { ...BLANK, ...told, why: `${told.why}${unusedAnnotation(fields)}`, episode };
}

// Its author would otherwise wonder why another tier decides.
function unusedAnnotation({ attempts, selection }: Fields): string {
  const votes = attemptsOf({ attempts: isObject(selection) ? selection.attempts : attempts });
  const unused = votes.find(({ method, outcome }) => method === 'static' && outcome === 'abstained');
  return unused === undefined ? '' : `; the annotation was not used: ${text(unused.reasoning) ?? text(unused.reason)}`;
}

/** The ending in words. A call that no Trigger delivers is asked for, and nothing more. */
export function endingText(ending: Ending, delivered = true): string {
  const { kind, lambdaFunction, parameters, decidedBy, confidence, why } = ending;
  const call = [lambdaFunction, parameters].filter((part) => part !== undefined).join(' ');
  const by = [decidedBy, confidence].filter((part) => part !== undefined).join(' ');
  const who = by === '' ? '' : ` (${by})`;
  switch (kind) {
    case 'called':
      return `${delivered ? '' : 'asked for '}${call}${who}: ${why}`;
    case 'suppressed':
      return `suppressed ${call}${who}: ${why}`;
    case 'no action':
    case 'rejected':
      return `${kind}${who}: ${why}`;
    default:
      return kind satisfies never;
  }
}

/** One line for the terminal of a running system. */
export function endingLine(ending: Ending, delivered: boolean): string {
  return `${ending.alert} → ${endingText(ending, delivered)} [${ending.episode}]`;
}

/** The alert's name and the labels that best say which one it is. */
export function alertText(alert: unknown): string {
  return subjectOf(alert).alert;
}

function subjectOf(alert: unknown): Pick<Ending, 'alert' | 'alertname' | 'namespace' | 'target'> {
  const labels = isObject(alert) && isObject(alert.labels) ? alert.labels : {};
  const alertname = text(labels.alertname);
  const namespace = text(labels.exported_namespace) ?? text(labels.namespace);
  const object = OBJECT_LABELS.find((label) => typeof labels[label] === 'string' && labels[label] !== '');
  const target = pathText(text(labels.namespace), object && text(labels[object]));
  return { alert: [alertname ?? NAMELESS, target].filter(Boolean).join(' '), alertname, namespace, target };
}

function pathText(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined).join('/') || undefined;
}

/** Parameters of whatever kind a sender gave them. */
export function parametersText(parameters: unknown): string | undefined {
  if (!isObject(parameters)) return undefined;
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${written(value)}`);
  return pairs.length === 0 ? undefined : printable(pairs.join(' '));
}

function selectionOf(data: Fields, decidedBy: unknown): Omit<Ending, 'episode' | 'kind'> {
  const decisive = attemptsOf(data).findLast((attempt) => attempt.outcome === 'selected');
  const { name, selector, namespace } = isObject(data.parameters) ? data.parameters : {};
  const subject = subjectOf(data.alert);
  return {
    ...subject,
    namespace: text(namespace) ?? subject.namespace,
    target: pathText(text(namespace), text(name) ?? text(selector)) ?? subject.target,
    decidedBy: text(decidedBy),
    lambdaFunction: text(data.lambda_function),
    parameters: parametersText(data.parameters),
    confidence: confidenceText(data.confidence),
    reason: text(decisive?.reason),
    entry: text(decisive?.entry),
    why: text(data.reasoning) ?? '',
  };
}

function suppressed({ selection, reason, message }: Fields): Told {
  const held = isObject(selection) ? selection : {};
  const why = [text(reason), text(message)].filter((part) => part !== undefined).join(': ');
  return { ...selectionOf(held, held.method), kind: 'suppressed', reason: text(reason), why };
}

function unresolved(data: Fields): Told {
  const attempts = attemptsOf(data);
  const decisive = attempts.findLast((attempt) => attempt.outcome === 'none');
  const words = text(data.reasoning) ?? text(attempts.at(-1)?.reasoning);
  return {
    ...subjectOf(data.alert),
    kind: 'no action',
    decidedBy: text(decisive?.method),
    confidence: confidenceText(decisive?.confidence),
    reason: text(data.reason),
    entry: text(decisive?.entry),
    why: [text(data.reason), words].filter((part) => part !== undefined).join(': '),
  };
}

function rejected({ code, message, alertname }: Fields): Told {
  const name = text(alertname);
  const why = `${text(code)}: ${text(message)}`;
  return { kind: 'rejected', alert: name ?? NAMELESS, alertname: name, reason: text(code), why };
}

function attemptsOf({ attempts }: Fields): Fields[] {
  return Array.isArray(attempts) ? attempts.filter(isObject) : [];
}

function confidenceText(value: unknown): string | undefined {
  return typeof value === 'number' ? value.toFixed(2) : undefined;
}

// Labels of strangers stand in it, and it goes to a terminal.
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? printable(value) : undefined;
}
