/** What the record says for and against letting a function act without a person. */
import type { ErrorCode } from '../../shared/error-codes.ts';
import { type Share, wilson } from '../../shared/interval.ts';
import { isObject } from '../../shared/json.ts';
import type { Risk } from '../../shared/runbook/risk.ts';
import type { DecisionRecord } from '../history/record.ts';

/** What is counted of one function. */
export interface Evidence {
  /** Calls after which the alert resolved in time, of those of which it is known. */
  readonly worked: Share;
  /** Decisions that a person let happen, or took in the same way where they were only recorded. */
  readonly agreed: Share;
  /** Of the calls in `worked`. */
  readonly calibration: Calibration;
  /** Targets of the calls in `worked`. */
  readonly targets: number;
  /** Whether functions sign what is recorded: then nothing else counts. */
  readonly isSigned: boolean;
  /** What says nothing, in words, with how often. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** RFC 3339, of the first record and of the last. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Calibration {
  /** NaN where no call has a confidence. */
  readonly meanConfidence: number;
  readonly bins: readonly Bin[];
}

/** Calls of about one confidence. */
interface Bin {
  readonly from: number;
  readonly to: number;
  readonly worked: Share;
}

/**
 * What a function needs before it may act without a person: the least that the lower bound of a 95 % interval may be. So few
 * calls are never enough: without one failure it takes 16 for 0.8 and 35 for 0.9. What only looks needs nothing.
 */
export const NEEDED: Readonly<Record<Risk, { readonly worked: number; readonly agreed: number }>> = {
  observe: { worked: 0, agreed: 0 },
  reversible: { worked: 0.8, agreed: 0.8 },
  disruptive: { worked: 0.9, agreed: 0.9 },
};

/** The reason of the record of an event that claimed to be one of emit-trigger, or came when its signature held no more. */
const FORGED: ErrorCode = 'ASRE_EVENT_UNSIGNED';
/** How long after a decision that was only recorded a person's own call is taken for the answer to it. */
const FOLLOWED_MS = 86_400_000;
/** Confidence is of interest near its upper end. */
const BIN_EDGES = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 1] as const;

/** @param records of all functions, the oldest first: people may have called another one */
export function evidenceFor(lambdaFunction: string, records: readonly DecisionRecord[]): Evidence {
  const isSigned = records.some(({ signed }) => signed !== undefined);
  const believed = isSigned ? records.filter(isProven) : records;
  const isOwn = (record: DecisionRecord) => record.lambda_function === lambdaFunction;
  const [all, own] = [records.filter(isOwn), believed.filter(isOwn)];
  const outcomes = outcomesOf(own);
  const answers = answersOf(own);
  const shadows = shadowsOf(lambdaFunction, own, believed);
  return {
    worked: shareOf(outcomes.counted.map(({ outcome }) => outcome === 'verified')),
    agreed: shareOf([...answers.given, ...shadows.followed]),
    calibration: calibrationOf(outcomes.counted),
    targets: new Set(outcomes.counted.map(({ target }) => target)).size,
    isSigned,
    leftOut: {
      'not signed: recorded while no key was set, or on a resolution that anyone can claim': all.length - own.length,
      'a forgery, or an event that came more than six hours late, of whatever function': records.filter(
        ({ reason }) => reason === FORGED,
      ).length,
      ...outcomes.leftOut,
      'a person was asked, and neither a call nor a denial came of it': answers.none,
      'only recorded, and no person acted': shadows.unfollowed,
    },
    from: all[0]?.time,
    to: all.at(-1)?.time,
  };
}

/** Why the evidence is not enough for a function of this risk; empty where it is. */
export function shortcomings({ worked, agreed, calibration }: Evidence, risk: Risk): string[] {
  const needed = NEEDED[risk];
  const under = (what: string, share: Share, least: number) =>
    least > 0 && wilson(share).low < least
      ? [`${what} ${shareText(share)}, and ${least.toFixed(2)} at least is needed`]
      : [];
  const most = wilson(worked).high;
  const isOverconfident = risk !== 'observe' && calibration.meanConfidence > most;
  return [
    ...under('it has worked in', worked, needed.worked),
    ...under('people agreed in', agreed, needed.agreed),
    ...(isOverconfident
      ? [`its confidence is ${calibration.meanConfidence.toFixed(2)} on average, and at most ${most.toFixed(2)} worked`]
      : []),
  ];
}

/** `38 of 40 (0.83 to 0.99)` */
export function shareText(share: Share): string {
  const { low, high } = wilson(share);
  return `${share.count} of ${share.of} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

type Worked = DecisionRecord & { readonly outcome: 'verified' | 'ineffective' };

// What a Lambda says of itself may be unsigned: it only takes evidence away. What a person says is none.
function isProven({ signed, outcome }: DecisionRecord): boolean {
  return signed === true || outcome === 'finished' || outcome === 'approved' || outcome === 'denied';
}

/** An alert resolves for many reasons: only what a Lambda function really did is taken for its cause. */
function outcomesOf(own: readonly DecisionRecord[]) {
  const called = episodesOf(own.filter(({ outcome }) => outcome === 'called'));
  const undone = episodesOf(own.filter(didNothing));
  const known = own.filter(
    (record): record is Worked => record.outcome === 'verified' || record.outcome === 'ineffective',
  );
  const taken = known.filter(({ episode }) => called.has(episode));
  const counted = taken.filter(({ episode, outcome }) => outcome === 'ineffective' || !undone.has(episode));
  return {
    counted,
    leftOut: {
      'no Lambda function was called': known.length - taken.length,
      'the Lambda function changed nothing': taken.length - counted.length,
    },
  };
}

function didNothing({ outcome, event }: DecisionRecord): boolean {
  const data = isObject(event?.data) ? event.data : {};
  return outcome === 'finished' && (data.outcome === 'nothing_to_do' || data.dry_run === true);
}

// What came of it counts, and not what was said: anybody can send an approval without a token that holds.
function answersOf(own: readonly DecisionRecord[]) {
  const chosen = own.filter(({ method }) => method !== 'manual');
  const granted = episodesOf(chosen.filter(({ outcome, approver }) => outcome === 'called' && approver !== undefined));
  const denied = episodesOf(chosen.filter(({ outcome, reason }) => outcome === 'suppressed' && reason === 'denied'));
  const asked = episodesOf(chosen.filter(({ outcome }) => outcome === 'waiting'));
  const none = [...asked].filter((episode) => !granted.has(episode) && !denied.has(episode)).length;
  return { given: [...[...granted].map(() => true), ...[...denied].map(() => false)], none };
}

/**
 * Decisions that were only recorded, and whether the call that a person then made for the same target was the same. A call is one
 * answer, however many alerts came before it: anyone can claim an alert.
 */
function shadowsOf(lambdaFunction: string, own: readonly DecisionRecord[], records: readonly DecisionRecord[]) {
  const byHand = records.filter(({ outcome, method }) => method === 'manual' && outcome === 'called');
  const first = new Map<string, DecisionRecord>();
  for (const record of own) {
    if (record.outcome === 'suppressed' && record.reason === 'shadow' && !first.has(record.episode)) {
      first.set(record.episode, record);
    }
  }
  const calls = [...first.values()].map((shadow) => byHand.find((call) => answersTo(call, shadow)));
  const given = calls.filter((call) => call !== undefined);
  const followed = [...new Set(given)].map((call) => call.lambda_function === lambdaFunction);
  return { followed, unfollowed: calls.length - given.length };
}

function answersTo(call: DecisionRecord, shadow: DecisionRecord): boolean {
  const afterMs = Date.parse(call.time) - Date.parse(shadow.time);
  const isSame = call.episode === shadow.episode || (call.target !== undefined && call.target === shadow.target);
  return isSame && afterMs >= 0 && afterMs <= FOLLOWED_MS;
}

// Of what a person sent, the confidence is the sender's to choose.
function calibrationOf(counted: readonly Worked[]): Calibration {
  const known = counted.flatMap(({ confidence, method, outcome }) =>
    confidence === undefined || method === 'manual' ? [] : [{ confidence, worked: outcome === 'verified' }],
  );
  const sum = known.reduce((total, { confidence }) => total + confidence, 0);
  const bins = BIN_EDGES.slice(1).map((to, index): Bin => {
    const from = BIN_EDGES[index] ?? 0;
    const inside = known.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
    return { from, to, worked: shareOf(inside.map(({ worked }) => worked)) };
  });
  return { meanConfidence: sum / known.length, bins: bins.filter(({ worked }) => worked.of > 0) };
}

function episodesOf(records: readonly DecisionRecord[]): ReadonlySet<string> {
  return new Set(records.map(({ episode }) => episode));
}

function shareOf(answers: readonly boolean[]): Share {
  return { count: answers.filter(Boolean).length, of: answers.length };
}
