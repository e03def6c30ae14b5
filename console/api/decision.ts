/** One decision in full, from the records of its episode. Their events may hold anything. */
import { type DecisionRecord, fieldsOf, firstAlert } from '../../cli/history/record.ts';
import { parametersText } from '../../cli/parameters.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { NO_SCRAPERS, ownLabels } from '../../shared/alert/own-labels.ts';
import { approvalRequested, lambdaFinished, lambdaTrigger, remediationSuppressed } from '../../shared/events/index.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import { isObject, jsonText } from '../../shared/json.ts';
import { type Change, changesOf } from '../../shared/runbook/changes.ts';
import { type Asked, type Explanation, explainDecision } from '../../shared/runbook/explain.ts';
import { policyKeys } from '../../shared/runbook/keys.ts';
import type { Policy } from '../../shared/runbook/runbook.ts';
import { nextRow, type Row, type Vote, voteOf } from './row.ts';

/**
 * How a label was read. `read`: it decides. `unnamed`: the policy gives it no meaning, so no model sees it, and only an entry
 * that names it can ask for it. `foreign`: it is the scraper's or the exporter's, and no tier sees it.
 */
export type LabelReading = 'read' | 'unnamed' | 'foreign';

export interface ShownAlert {
  readonly alertname: string;
  readonly status: string;
  readonly startsAt?: string | undefined;
  readonly generatorURL?: string | undefined;
  readonly labels: readonly { readonly name: string; readonly value: string; readonly reading: LabelReading }[];
  readonly annotations: readonly (readonly [name: string, value: string])[];
}

export interface ShownVote extends Vote {
  readonly reasoning?: string | undefined;
  readonly lambda_function?: string | undefined;
  readonly parameters?: string | undefined;
  readonly entry?: string | undefined;
  readonly trace: readonly { readonly answer: string; readonly halt: number | undefined }[];
}

/** One record: what happened, when. */
export interface Step {
  readonly id: string;
  readonly time: string;
  readonly outcome: string;
  readonly text: string;
  /** What a Lambda function reports, in lines. */
  readonly report: readonly (readonly [name: string, value: string])[];
}

/** A question to a person that nobody has answered and that has not expired. */
export interface OpenQuestion {
  /** Of the record that asks. */
  readonly id: string;
  /** What is done where a person says yes, of this very record: later ones may say anything. */
  readonly call: string;
  readonly message: string;
  readonly expiresAt: string;
  /** Whether the server has its token. It is written nowhere, so a server that was started since has not. */
  readonly isAnswerable: boolean;
}

/** What the runbook says of the alert now, whatever it said when the episode was decided. */
export interface RunbookAnswer {
  readonly explanation: Explanation;
  readonly changes: readonly Change[];
}

export interface Decision {
  readonly row: Row;
  readonly alert?: ShownAlert | undefined;
  readonly votes: readonly ShownVote[];
  readonly runbook?: RunbookAnswer | undefined;
  readonly steps: readonly Step[];
  readonly question?: OpenQuestion | undefined;
  /** Other episodes of the same target, the newest first. */
  readonly others: readonly Row[];
}

type Fields = Readonly<Record<string, unknown>>;

/** What a decision needs beside its records. */
export interface DecisionContext {
  readonly others: readonly Row[];
  /** Undefined where no function is built. */
  readonly runbook: Asked | undefined;
  /** Whether the token of a question is known. */
  readonly isAnswerable: (id: string) => boolean;
}

/** Undefined where nothing is recorded of the episode. */
export function decisionOf(
  records: readonly DecisionRecord[],
  { others, runbook, isAnswerable }: DecisionContext,
  now: Date,
): Decision | undefined {
  let row: Row | undefined;
  for (const record of records) row = nextRow(row, record);
  if (row === undefined) return undefined;
  const shown = believable(records);
  const attempts = shown.map(({ event }) => fieldsOf(event?.data).attempts).findLast(Array.isArray) ?? [];
  const alert = firstAlert(shown, ({ event }) => event?.data, now)?.alert;
  return {
    row,
    ...(runbook &&
      alert && { runbook: { explanation: explainDecision(runbook, alert), changes: changesOf(runbook, alert) } }),
    alert: alert && shownAlert(alert, runbook?.runbook.policy ?? NO_POLICY),
    votes: attempts.filter(isObject).map(shownVoteOf),
    steps: records.map(stepOf),
    question: openQuestion(records, isAnswerable, now),
    others,
  };
}

/** Those that functions have signed, where any is: anyone can send another event about the episode. */
function believable(records: readonly DecisionRecord[]): readonly DecisionRecord[] {
  const signed = records.filter((record) => record.signed === true);
  return signed.length > 0 ? signed : records;
}

/** The record of the question that is open; undefined where there is none. */
export function openRequest(records: readonly DecisionRecord[], now: Date): DecisionRecord | undefined {
  const record = believable(records).findLast((each) => each.event?.type === approvalRequested.type || closes(each));
  if (record?.event?.type !== approvalRequested.type) return undefined;
  return Date.parse(jsonText(fieldsOf(record.event?.data).expires_at)) > now.getTime() ? record : undefined;
}

/**
 * What emit-trigger makes of an answer, or of an alert that has resolved. The answer itself closes nothing: anyone can send one,
 * with a token that does not hold.
 */
function closes({ event, reason }: DecisionRecord): boolean {
  return (
    event?.type === lambdaTrigger.type || (event?.type === remediationSuppressed.type && !STILL_ASKED.has(reason ?? ''))
  );
}

/** The alert was sent again meanwhile. */
const STILL_ASKED = new Set<string>(['waiting-approval', 'duplicate'] satisfies SuppressedReason[]);

function openQuestion(
  records: readonly DecisionRecord[],
  isAnswerable: (id: string) => boolean,
  now: Date,
): OpenQuestion | undefined {
  const open = openRequest(records, now);
  if (open === undefined) return undefined;
  const { message, expires_at } = fieldsOf(open.event?.data);
  const { lambda_function, parameters = '' } = open;
  return {
    id: open.id,
    call: `${lambda_function} ${parameters}`,
    message: text(message) ?? '',
    expiresAt: jsonText(expires_at),
    isAnswerable: isAnswerable(open.id),
  };
}

function shownAlert(alert: Alert, policy: Pick<Policy, 'scrapers' | 'targets' | 'conditions'>): ShownAlert {
  const own = ownLabels(policy, alert);
  const { targets, conditions } = policyKeys(policy);
  const readingOf = (name: string): LabelReading => {
    if (!Object.hasOwn(own, name)) return 'foreign';
    return name === 'alertname' || targets.has(name) || conditions.has(name) ? 'read' : 'unnamed';
  };
  const { alertname, status, startsAt, generatorURL } = alert;
  return {
    ...{ alertname, status, startsAt, generatorURL },
    labels: Object.entries(alert.labels).map(([name, value]) => ({ name, value, reading: readingOf(name) })),
    annotations: Object.entries(alert.annotations),
  };
}

function shownVoteOf(vote: Fields): ShownVote {
  const { parameters, trace } = vote;
  return {
    ...voteOf(vote),
    reasoning: text(vote.reasoning),
    lambda_function: text(vote.lambda_function),
    parameters: parametersText(parameters),
    entry: text(vote.entry),
    trace: (Array.isArray(trace) ? trace.filter(isObject) : []).map(({ answer, halt_probability }) => ({
      answer: jsonText(answer),
      halt: number(halt_probability),
    })),
  };
}

function stepOf(record: DecisionRecord): Step {
  const { id, time, outcome, text: words } = record;
  return { id, time, outcome, text: words, report: record.event?.type === lambdaFinished.type ? reportOf(record) : [] };
}

/** Where no function is built, there is no runbook yet. */
const NO_POLICY = { scrapers: NO_SCRAPERS, targets: new Map(), conditions: new Map() };

const REPORTED = ['outcome', 'code', 'message', 'dry_run', 'object', 'owner', 'changes', 'report', 'duration_ms'];

function reportOf(record: DecisionRecord): (readonly [string, string])[] {
  const data = fieldsOf(record.event?.data);
  return REPORTED.filter((name) => name in data).map((name) => [name, reportText(name, data[name])]);
}

function reportText(name: string, value: unknown): string {
  if (isObject(value) && (name === 'object' || name === 'owner')) {
    const { kind, namespace, name: own } = value;
    return `${jsonText(kind)} ${[namespace, own]
      .filter((part) => part !== undefined)
      .map(jsonText)
      .join('/')}`;
  }
  if (name === 'changes' && Array.isArray(value)) {
    const changes = value.filter(isObject);
    return changes
      .map(({ path, from, to }) => `${jsonText(path)}: ${jsonText(from ?? '–')} → ${jsonText(to ?? '–')}`)
      .join('\n');
  }
  return jsonText(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
