/** Reads the events that end an alert's way into one line a person can read. */

import type { WireEvent } from '../../broker/event.ts';
import { isObject } from '../../shared/alert/alert.ts';
import { printable } from '../../shared/text/printable.ts';

/** How an alert's episode ended. */
export interface Outcome {
  /** The episode: `<fingerprint>.<startsAt in ms>`. */
  readonly episode: string;
  readonly alert: string;
  readonly decidedBy: string;
  readonly lambdaFunction: string;
  readonly parameters: string;
  readonly confidence: string;
  readonly why: string;
}

const PREFIX = 'io.homelab.agent-sre.';

/** The outcome that the event records, or undefined if it is an event on the way. */
export function outcomeOf(event: WireEvent): Outcome | undefined {
  const { type = '', correlationid: episode = '' } = event.attributes;
  if (!type.startsWith(PREFIX)) return undefined;
  const read = READERS.get(type.slice(PREFIX.length));
  return read === undefined ? undefined : { ...BLANK, ...read(dataOf(event)), episode: printable(episode) };
}

/** The outcome in one line, for the terminal of a running broker. */
export function outcomeLine(outcome: Outcome): string {
  const action = outcome.lambdaFunction === BLANK.lambdaFunction ? 'no action' : outcome.lambdaFunction;
  const sureness = outcome.confidence === BLANK.confidence ? '' : ` ${outcome.confidence}`;
  const call = [action, outcome.parameters].filter((part) => part !== BLANK.parameters).join(' ');
  return `${outcome.alert} → ${call} (${outcome.decidedBy}${sureness}): ${outcome.why}`;
}

type Data = Readonly<Record<string, unknown>>;

const BLANK: Outcome = {
  episode: '',
  alert: '?',
  decidedBy: '-',
  lambdaFunction: '-',
  parameters: '-',
  confidence: '-',
  why: '',
};

// A map: the type comes from the sender, and an object would have readers named toString and constructor.
const READERS: ReadonlyMap<string, (data: Data) => Partial<Outcome>> = new Map([
  ['lambda.trigger', (data) => ({ ...selection(data), decidedBy: string(data.triggered_by) ?? BLANK.decidedBy })],
  ['remediation.unresolved', unresolved],
  ['remediation.suppressed', (data) => heldBack(data, 'suppressed')],
  ['approval.requested', (data) => heldBack(data, 'waits for approval')],
  ['event.rejected', (data) => ({ why: `rejected, ${string(data.code)}: ${string(data.message)}` })],
]);

function selection(data: Data): Partial<Outcome> {
  return {
    alert: alertName(data.alert),
    decidedBy: string(data.method) ?? BLANK.decidedBy,
    lambdaFunction: string(data.lambda_function) ?? BLANK.lambdaFunction,
    parameters: parametersText(data.parameters),
    confidence: typeof data.confidence === 'number' ? data.confidence.toFixed(2) : BLANK.confidence,
    why: string(data.reasoning) ?? '',
  };
}

function unresolved(data: Data): Partial<Outcome> {
  const attempts = Array.isArray(data.attempts) ? data.attempts.filter(isObject) : [];
  const decisive = attempts.findLast((attempt) => attempt.outcome === 'none');
  const reason = string(data.reason) ?? '';
  const words = string(data.reasoning) ?? string(attempts.at(-1)?.reasoning);
  return {
    alert: alertName(data.alert),
    decidedBy: string(decisive?.method) ?? BLANK.decidedBy,
    confidence: typeof decisive?.confidence === 'number' ? decisive.confidence.toFixed(2) : BLANK.confidence,
    why: words === undefined ? reason : `${reason}: ${words}`,
  };
}

function heldBack(data: Data, how: string): Partial<Outcome> {
  const chosen = isObject(data.selection) ? data.selection : data;
  const reason = string(data.reason);
  return { ...selection(chosen), why: reason === undefined ? how : `${how}: ${reason}` };
}

function alertName(alert: unknown): string {
  const labels = isObject(alert) && isObject(alert.labels) ? alert.labels : {};
  const name = string(labels.alertname) ?? '?';
  const where = string(labels.namespace) ?? string(labels.instance);
  return where === undefined ? name : `${name} ${where}`;
}

function parametersText(parameters: unknown): string {
  if (!isObject(parameters)) return BLANK.parameters;
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const text = Object.entries(parameters).map(([name, value]) => `${name}=${written(value)}`);
  return text.length === 0 ? BLANK.parameters : printable(text.join(' '));
}

function dataOf(event: WireEvent): Data {
  try {
    const data: unknown = JSON.parse(event.body.toString('utf8'));
    return isObject(data) ? data : {};
  } catch {
    return {};
  }
}

// Labels of strangers stand in it, and it goes to a terminal.
function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? printable(value) : undefined;
}
