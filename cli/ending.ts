/** How an alert's episode ended, in words: one reading of the last events, for every verb that shows one. */

import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { eventRejected, lambdaTrigger, remediationSuppressed, remediationUnresolved } from '../shared/events/index.ts';
import { isObject } from '../shared/json.ts';
import { printable } from '../shared/text/printable.ts';

export interface Ending {
  /** The episode: `<fingerprint>.<startsAt in ms>`. */
  readonly episode: string;
  readonly alert: string;
  readonly kind: 'called' | 'suppressed' | 'no action' | 'rejected';
  readonly decidedBy: string | undefined;
  readonly lambdaFunction: string | undefined;
  readonly parameters: string | undefined;
  readonly confidence: string | undefined;
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
  [eventRejected.type, (data) => ({ kind: 'rejected', why: `${text(data.code)}: ${text(data.message)}` })],
]);

/** The ending that the event records, or undefined where it is an event on the way. */
export function endingOf({ attributes, data }: CloudEvent): Ending | undefined {
  const read = READERS.get(attributes.type ?? '');
  if (read === undefined) return undefined;
  const blank = { decidedBy: undefined, lambdaFunction: undefined, parameters: undefined, confidence: undefined };
  const episode = text(attributes.correlationid) ?? '';
  return { alert: NAMELESS, ...blank, ...read(isObject(data) ? data : {}), episode };
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
  const labels = isObject(alert) && isObject(alert.labels) ? alert.labels : {};
  const name = text(labels.alertname) ?? NAMELESS;
  const object = OBJECT_LABELS.map((label) => text(labels[label])).find((value) => value !== undefined);
  const target = [text(labels.namespace), object].filter((part) => part !== undefined).join('/');
  return target === '' ? name : `${name} ${target}`;
}

/** Parameters of whatever kind a sender gave them. */
export function parametersText(parameters: unknown): string | undefined {
  if (!isObject(parameters)) return undefined;
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${written(value)}`);
  return pairs.length === 0 ? undefined : printable(pairs.join(' '));
}

function selectionOf(data: Fields, decidedBy: unknown): Omit<Ending, 'episode' | 'kind'> {
  return {
    alert: alertText(data.alert),
    decidedBy: text(decidedBy),
    lambdaFunction: text(data.lambda_function),
    parameters: parametersText(data.parameters),
    confidence: confidenceText(data.confidence),
    why: text(data.reasoning) ?? '',
  };
}

function suppressed({ selection, reason }: Fields): Told {
  const held = isObject(selection) ? selection : {};
  return { ...selectionOf(held, held.method), kind: 'suppressed', why: text(reason) ?? '' };
}

function unresolved(data: Fields): Told {
  const attempts = Array.isArray(data.attempts) ? data.attempts.filter(isObject) : [];
  const decisive = attempts.findLast((attempt) => attempt.outcome === 'none');
  const words = text(data.reasoning) ?? text(attempts.at(-1)?.reasoning);
  return {
    kind: 'no action',
    alert: alertText(data.alert),
    decidedBy: text(decisive?.method),
    confidence: confidenceText(decisive?.confidence),
    why: [text(data.reason), words].filter((part) => part !== undefined).join(': '),
  };
}

function confidenceText(value: unknown): string | undefined {
  return typeof value === 'number' ? value.toFixed(2) : undefined;
}

// Labels of strangers stand in it, and it goes to a terminal.
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? printable(value) : undefined;
}
