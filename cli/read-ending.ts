/** Reads what an event tells of an episode. Its data may be anything: a sender chooses it. */
import { peekToken } from '../functions/emit-trigger/approvals.ts';
import { SCRAPE_LABELS } from '../shared/alert/own-labels.ts';
import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import {
  approvalDenied,
  approvalGranted,
  approvalRequested,
  eventRejected,
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSuppressed,
  remediationUnresolved,
  remediationVerified,
} from '../shared/events/index.ts';
import { isObject } from '../shared/json.ts';
import { printable } from '../shared/text/printable.ts';
import type { Ending, EndingKind } from './ending.ts';
import { parametersText } from './parameters.ts';

/** Labels that say which object an alert is about. A pod beside a workload may be the scraper's, so it comes after them. */
export const OBJECT_LABELS = [
  ...['persistentvolumeclaim', 'deployment', 'statefulset', 'daemonset', 'job_name', 'pod', 'name', 'node', 'instance'],
].flatMap((label) => [`exported_${label}`, label]);
/** Of a name, a value or a sentence, in characters: a terminal shows it in one line. */
const LONGEST = 1_000;
const NAMELESS = 'an alert that cannot be read';
const AN_ANSWER = 'an approval';

type Fields = Readonly<Record<string, unknown>>;
/** What an event tells of the ending; the rest stays blank. */
type PartialEnding = Partial<Ending> & Pick<Ending, 'kind' | 'why'>;

// A map: the type comes from the sender, and an object would have readers named toString and constructor.
const READERS = new Map<string, (data: Fields) => PartialEnding>([
  [lambdaTrigger.type, called],
  [remediationUnresolved.type, unresolved],
  [remediationSuppressed.type, suppressed],
  [eventRejected.type, rejected],
  [approvalRequested.type, waiting],
  [approvalGranted.type, (data) => answered('approved', data)],
  [approvalDenied.type, (data) => answered('denied', data)],
  [lambdaFinished.type, finished],
  [remediationVerified.type, verified],
  [remediationIneffective.type, ineffective],
]);

const BLANK = {
  alert: NAMELESS,
  ...{ alertname: undefined, namespace: undefined, target: undefined, reason: undefined, entry: undefined },
  ...{ decidedBy: undefined, lambdaFunction: undefined, parameters: undefined, confidence: undefined },
  ...{ approver: undefined, policyHash: undefined, token: undefined },
} as const;

/** Whether an event of this type tells what became of an episode. */
export function isEnding(type: string | undefined): boolean {
  return READERS.has(type ?? '');
}

/** What the event tells of its episode, or undefined where it is an event on the way. */
export function endingOf({ attributes, data }: CloudEvent): Ending | undefined {
  const read = READERS.get(attributes.type ?? '');
  if (read === undefined) return undefined;
  const fields = isObject(data) ? data : {};
  const episode = text(attributes.correlationid) ?? '';
  const told = read(fields);
  const why = `${told.why}${unusedAnnotation(fields)}`;
  return { ...BLANK, episode, policyHash: text(fields.policy_hash), ...told, why };
}

// Its author would otherwise wonder why another tier decides.
function unusedAnnotation({ attempts, selection }: Fields): string {
  const votes = attemptsOf({ attempts: isObject(selection) ? selection.attempts : attempts });
  const unused = votes.find(({ method, outcome }) => method === 'static' && outcome === 'abstained');
  return unused === undefined ? '' : `; the annotation was not used: ${text(unused.reasoning) ?? text(unused.reason)}`;
}

/** The alert's name and the labels that best say which one it is. */
export function alertText(alert: unknown): string {
  return subjectOf(alert).alert;
}

function subjectOf(alert: unknown): Pick<Ending, 'alert' | 'alertname' | 'namespace' | 'target'> {
  const labels = isObject(alert) && isObject(alert.labels) ? alert.labels : {};
  const alertname = text(labels.alertname);
  const renamed = text(labels.exported_namespace);
  const namespace = renamed ?? text(labels.namespace);
  const foreign = renamed === undefined ? [] : SCRAPE_LABELS;
  const object = OBJECT_LABELS.find((label) => text(labels[label]) !== undefined && !foreign.includes(label));
  const target = pathText(namespace, object && text(labels[object]));
  return { alert: [alertname ?? NAMELESS, target].filter(Boolean).join(' '), alertname, namespace, target };
}

function called(data: Fields): PartialEnding {
  return { ...selectionOf(data, data.triggered_by), kind: 'called', approver: text(data.approved_by) };
}

function suppressed({ selection, reason, message }: Fields): PartialEnding {
  return { ...heldOf(selection), kind: 'suppressed', reason: text(reason), why: reasonText(reason, message) };
}

function waiting({ selection, reason, message, token }: Fields): PartialEnding {
  const why = reasonText(reason, message);
  return { ...heldOf(selection), kind: 'waiting', reason: text(reason), why, token: text(token) };
}

function verified({ selection, took_ms: tookMs, unsigned_resolution: isUnsigned }: Fields): PartialEnding {
  const after = typeof tookMs === 'number' ? ` after ${durationText(tookMs)}` : '';
  const claim = isUnsigned === true ? ', as an event says that is not signed' : '';
  return { ...heldOf(selection), kind: 'verified', reason: undefined, why: `the alert resolved${after}${claim}` };
}

function ineffective({ selection, reason, message, breaker_open_until: until }: Fields): PartialEnding {
  const breaker = text(until);
  const rest = breaker === undefined ? '' : `; it is not tried there again before ${breaker}`;
  const why = `${reasonText(reason, message)}${rest}`;
  return { ...heldOf(selection), kind: 'ineffective', reason: text(reason), why };
}

// Whoever brings an approval need not know of the episode: the token does.
function answered(kind: EndingKind & ('approved' | 'denied'), { token, approver, comment }: Fields): PartialEnding {
  const ticket = typeof token === 'string' ? peekToken(token) : undefined;
  const known = ticket === undefined ? {} : { episode: printable(ticket.correlationId) };
  return { kind, alert: AN_ANSWER, approver: text(approver), why: text(comment) ?? '', ...known };
}

function finished(data: Fields): PartialEnding {
  const { outcome, code, message } = data;
  const call = callOf(data);
  const what = [text(outcome)?.replaceAll('_', ' '), text(code)].filter(Boolean).join(', ');
  const why = `${what}: ${text(message) ?? ''}`;
  return { ...call, kind: 'finished', alert: call.target ?? 'a Lambda function', reason: text(code), why };
}

function unresolved(data: Fields): PartialEnding {
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

function rejected({ code, message, alertname, event_type: type }: Fields): PartialEnding {
  const name = text(alertname);
  const why = `${text(code)}: ${text(message)}`;
  const isAnswer = type === approvalGranted.type || type === approvalDenied.type;
  return {
    kind: 'rejected',
    alert: name ?? (isAnswer ? AN_ANSWER : NAMELESS),
    alertname: name,
    reason: text(code),
    why,
  };
}

function heldOf(selection: unknown): Omit<PartialEnding, 'kind'> {
  const held = isObject(selection) ? selection : {};
  return selectionOf(held, held.method);
}

function selectionOf(data: Fields, decidedBy: unknown): Omit<PartialEnding, 'kind'> {
  const decisive = attemptsOf(data).findLast((attempt) => attempt.outcome === 'selected');
  const subject = subjectOf(data.alert);
  const call = callOf(data);
  return {
    ...subject,
    ...call,
    namespace: call.namespace ?? subject.namespace,
    target: call.target ?? subject.target,
    decidedBy: text(decidedBy),
    confidence: confidenceText(data.confidence),
    reason: text(decisive?.reason),
    entry: text(decisive?.entry),
    why: text(data.reasoning) ?? '',
  };
}

function callOf(data: Fields): Pick<Ending, 'lambdaFunction' | 'parameters' | 'namespace' | 'target'> {
  const { name, selector, namespace } = isObject(data.parameters) ? data.parameters : {};
  return {
    lambdaFunction: text(data.lambda_function),
    parameters: parametersText(data.parameters),
    namespace: text(namespace),
    target: pathText(text(namespace), text(name) ?? text(selector)),
  };
}

function attemptsOf({ attempts }: Fields): Fields[] {
  return Array.isArray(attempts) ? attempts.filter(isObject) : [];
}

function reasonText(reason: unknown, message: unknown): string {
  return [text(reason), text(message)].filter((part) => part !== undefined).join(': ');
}

function durationText(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

function pathText(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined).join('/') || undefined;
}

function confidenceText(value: unknown): string | undefined {
  return typeof value === 'number' ? value.toFixed(2) : undefined;
}

// Labels of strangers stand in it, and it goes to a terminal.
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? printable(value.slice(0, LONGEST)) : undefined;
}
