/** What an event comes to: pure functions of it, what the ledger knows, the policy and the clock. The words of all of them. */
import { eventId } from '../../shared/events/envelope.ts';
import { lambdaTrigger } from '../../shared/events/index.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { SuppressedReason } from '../../shared/events/remediation-suppressed.ts';
import type { Result, Write } from '../../shared/ledger/ledger.ts';
import { isRecent } from '../../shared/ledger/recent.ts';
import { type Asked, type Attempt, episodeKey, OVERALL_KEY, targetKeyOf } from './episode.ts';
import { type Asking, type Because, type Judgement, judge } from './policy.ts';

/** What emit-trigger answers; index.ts makes the event of it. */
export type Answer =
  | { readonly kind: 'triggered'; readonly attempt: Attempt }
  | { readonly kind: 'suppressed'; readonly selection: Selection; readonly because: Because<SuppressedReason> }
  | { readonly kind: 'asked'; readonly asked: Asked }
  | {
      readonly kind: 'verified';
      readonly attempt: Attempt;
      readonly resolvedMs: number;
      readonly closedUnsigned: boolean;
    }
  | { readonly kind: 'ineffective'; readonly attempt: Attempt }
  | { readonly kind: 'done'; readonly reason: string }
  /** Another delivery of the event has just been answered. */
  | { readonly kind: 'held' };

/** What a decision may use besides the event and the records. */
export interface Around extends Asking {
  readonly approvalMs: number;
  /** The traceparent of the step that decides, where traces are exported: what follows later links to it. */
  readonly trace?: string;
}

/** A remediation that is about to be tried. */
export interface Next {
  readonly correlationId: string;
  readonly selection: Selection;
  readonly judged: Judgement;
  /** The person who has let it happen. */
  readonly approvedBy?: string;
}

/** How long an answer may take to come back from the broker before it is sent again. */
export const LEASE_MS = 3_000;
/** How long the deliveries of one event go on at most; a repetition of the alert comes later. */
export const REDELIVERY_MS = 60_000;

/** Whether an answer that was claimed then may still come back. */
export function isHeld(claimedMs: number, nowMs: number): boolean {
  return isRecent(claimedMs, nowMs, LEASE_MS);
}

export function answer(of: Answer, writes: readonly Write[] = []): Result<Answer> {
  return { answer: of, writes };
}

export function suppress(
  selection: Selection,
  why: Because<SuppressedReason>,
  writes: readonly Write[] = [],
): Result<Answer> {
  return answer({ kind: 'suppressed', selection, because: why }, writes);
}

/** The records that a selection is decided on. */
export function keysOf(correlationId: string, { target }: Judgement): readonly string[] {
  return [episodeKey(correlationId), targetKeyOf(target), OVERALL_KEY];
}

/** The id of an attempt's lambda trigger, whatever function it calls. */
export function triggerIdOf(correlationId: string, attempt: number): string {
  return eventId(lambdaTrigger.type, correlationId, String(attempt));
}

/** The judgement, as of now, of what was selected before; a person vouches for one that was not signed. */
export function judgeAgain(selection: Selection, around: Around): Judgement {
  return judge(around, selection, true);
}
