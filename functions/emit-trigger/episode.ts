/** What emit-trigger remembers: one record for each episode, one for each target, one for all of them. Times in ms. */
import type { ApprovalReason } from '../../shared/events/approval.ts';
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import type { IneffectiveReason } from '../../shared/events/remediation-outcome.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { Known, Stored, Write } from '../../shared/ledger/ledger.ts';
import type { Remediation } from '../../shared/runbook/remediation.ts';
import { recent, type Tally } from './tally.ts';

/** One firing of one alert. */
export interface EpisodeRecord {
  /** When the alert resolved. */
  readonly closedMs?: number;
  /** True where nobody has signed that, and a signature is asked for. */
  readonly closedUnsigned?: true;
  /** The latest; there is never more than one under way. */
  readonly attempt?: Attempt;
  /** The latest approval that was asked for. */
  readonly asked?: Asked;
  /** Who said no. */
  readonly denied?: { readonly by: string; readonly comment?: string };
}

/** One lambda trigger. It is claimed before it is sent, and known to be sent when it comes back from the broker. */
export interface Attempt {
  readonly number: number;
  readonly triggerId: string;
  readonly target: string;
  readonly selection: Selection;
  readonly policyHash: string;
  readonly approvedBy?: string;
  readonly triggeredMs: number;
  /** When it was last handed to whoever delivers it. */
  readonly claimedMs: number;
  readonly sent: boolean;
  readonly verificationMs: number;
  /** The traceparent of the step that triggered it. */
  readonly trace?: string;
  readonly finished?: {
    readonly outcome: LambdaFinished['outcome'];
    readonly code: string;
    /** True where a signature is asked for and the Lambda function, or a stranger in its place, has given none. */
    readonly unsigned?: true;
  };
  readonly failure?: Failure;
}

/** That an attempt has not worked. */
export interface Failure {
  readonly reason: IneffectiveReason;
  readonly atMs: number;
  readonly breakerUntilMs?: number;
  /** Whether remediation.ineffective has come back. */
  readonly sent: boolean;
}

/** A person was asked. */
export interface Asked {
  readonly attempt: number;
  readonly reason: ApprovalReason;
  readonly message: string;
  readonly selection: Selection;
  readonly policyHash: string;
  readonly claimedMs: number;
  readonly expiresMs: number;
  /** Whether approval.requested has come back. */
  readonly sent: boolean;
  /** The traceparent of the step that asked. */
  readonly trace?: string;
  /** The id of the event that answered it. */
  readonly answeredBy?: string;
}

/** What happened to one target. */
export interface TargetRecord {
  readonly triggers: readonly Mark[];
  readonly failures: readonly Mark[];
  readonly worked: readonly Mark[];
  /** What a person was last asked about; `id` is the episode. */
  readonly asked?: readonly Mark[];
}

/** Something that happened once; `id` is that of its lambda trigger. */
export interface Mark {
  readonly id: string;
  readonly lambdaFunction: string;
  readonly atMs: number;
}

/** What happened to all targets together. */
export interface OverallRecord {
  readonly triggers: Tally;
  readonly asked: Tally;
  /** When a person was told that there are too many. */
  readonly stormMs?: number;
}

export const OVERALL_KEY = 'overall';
const DAY_MS = 86_400_000;
/** An alert may fire for weeks; each repetition of its selection that changes something starts this anew. */
const OPEN_MS = 30 * DAY_MS;
const CLOSED_MS = 7 * DAY_MS;
/** Most alerts that resolve never had a remediation: only a late selection asks for them. */
const UNKNOWN_MS = DAY_MS;

export function episodeKey(correlationId: string): string {
  return `episode:${correlationId}`;
}

export function targetKeyOf(target: string): string {
  return `target:${target}`;
}

export function episodeIn(known: Known, correlationId: string): EpisodeRecord {
  return (known.get(episodeKey(correlationId)) ?? {}) as EpisodeRecord;
}

export function targetIn(known: Known, target: string): TargetRecord {
  return { triggers: [], failures: [], worked: [], ...known.get(targetKeyOf(target)) } as TargetRecord;
}

export function overallIn(known: Known): OverallRecord {
  return { triggers: [], asked: [], ...known.get(OVERALL_KEY) } as OverallRecord;
}

export function writeEpisode(correlationId: string, episode: EpisodeRecord): Write {
  const isUnknown = episode.attempt === undefined && episode.asked === undefined;
  const closedMs = isUnknown ? UNKNOWN_MS : CLOSED_MS;
  const ttlMs = episode.closedMs === undefined ? OPEN_MS : closedMs;
  return { key: episodeKey(correlationId), record: episode as Stored, ttlMs };
}

/** What is older than any limit looks back is forgotten, and no sooner: the clock may have been ahead. */
export function writeTarget(
  target: string,
  record: TargetRecord,
  { memoryMs, breaker }: Remediation,
  nowMs: number,
): Write {
  const ttlMs = Math.max(memoryMs, breaker.withinMs + breaker.openMs);
  const kept = (marks: readonly Mark[]) => since(marks, nowMs - ttlMs);
  const { triggers, failures, worked, asked = [] } = record;
  const all = { triggers: kept(triggers), failures: kept(failures), worked: kept(worked), asked: kept(asked) };
  return { key: targetKeyOf(target), record: all, ttlMs };
}

export function writeOverall(record: OverallRecord, { limits }: Remediation, nowMs: number): Write {
  const { perMs } = limits.overall;
  const [triggers, asked] = [record.triggers, record.asked].map((tally) => recent(tally, perMs, nowMs - perMs));
  return { key: OVERALL_KEY, record: { ...record, triggers, asked }, ttlMs: 3 * perMs };
}

/** The marks after a time. */
export function since<Kind extends Pick<Mark, 'atMs'>>(marks: readonly Kind[], afterMs: number): Kind[] {
  return marks.filter(({ atMs }) => atMs > afterMs);
}

/** The marks with one more, unless it stands there already. */
export function marked<Kind extends Pick<Mark, 'id'>>(marks: readonly Kind[], mark: Kind): readonly Kind[] {
  return marks.some(({ id }) => id === mark.id) ? marks : [...marks, mark];
}
