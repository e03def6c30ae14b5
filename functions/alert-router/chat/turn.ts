/**
 * Whose turn it is to be told: a pure step on the ledger, which all replicas share. The first of an incident is told at once.
 * What follows within a few seconds waits, and the next delivery of any of it tells all of it in one message: the clock is
 * the broker's, which sends an event again that was not taken. No function has to stay for it.
 */
import { createHash } from 'node:crypto';
import type { Known, Result, Stored, Write } from '../../../shared/ledger/ledger.ts';
import { isRecent } from '../../../shared/ledger/recent.ts';
import { NEWS_KINDS, type NewsKind } from './news.ts';
import type { LeftOut } from './render.ts';

/** A piece of news, as the ledger keeps it. */
export interface Waiting {
  /** Of its event. */
  readonly id: string;
  readonly kind: NewsKind;
  readonly expiresMs?: number;
  readonly sealed: string;
}

/** What becomes of the delivery of a piece of news. */
type Turn =
  | { readonly kind: 'done'; readonly reason: 'told' | 'expired' | 'left out' }
  | { readonly kind: 'wait'; readonly why: string }
  | ({ readonly kind: 'tell' } & Telling);

/** What one message says. */
export interface Telling {
  readonly batch: readonly Waiting[];
  readonly leftOut: LeftOut;
  /** Of the incident at the receiver, where it has made one. */
  readonly thread?: string | undefined;
}

interface Rules {
  readonly nowMs: number;
  /** Messages in a minute. */
  readonly most: number;
  /** How many of these, from the first on, one message takes. */
  readonly fitting: (waiting: readonly Waiting[], leftOut: LeftOut) => number;
}

interface Incident {
  /** When it was last told of. */
  readonly toldMs?: number;
  readonly waiting: readonly Waiting[];
  /** Ids of the news that was told, the last ones. */
  readonly told: readonly string[];
  /** Likewise of those that were only counted. */
  readonly counted: readonly string[];
  readonly thread?: string | undefined;
  /** What one replica is telling. */
  readonly claim?: { readonly ids: readonly string[]; readonly untilMs: number; readonly leftOut: LeftOut };
}

interface Overall {
  /** When messages were sent, in the last minute. */
  readonly sentMs: readonly number[];
  readonly leftOut: LeftOut;
  /** The receiver wants to be left alone until then. */
  readonly quietUntilMs?: number;
}

/** How long what follows waits for more. */
export const GATHER_MS = 10_000;
/** Longer than one request takes. */
export const CLAIM_MS = 15_000;
/** However long the receiver wants. */
export const LONGEST_QUIET_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** News of one incident that wait, and ids that are remembered. */
const MOST_WAITING = 50;
const MOST_TOLD = 200;
const FULL = 'there were as many messages as a minute may have';

/** Where the ledger keeps what concerns one receiver, and one of its incidents. */
export interface Place {
  readonly overall: string;
  readonly incident: string;
}

/** @param receiver names the receiver without telling its address */
export function placeOf(receiver: string, incident: string): Place {
  const overall = `chat:${receiver}`;
  return { overall, incident: `${overall}:${createHash('sha256').update(incident).digest('base64url')}` };
}

/** What becomes of a delivery now. */
export function takeTurn(place: Place, news: Waiting, known: Known, rules: Rules): Result<Turn> {
  const { nowMs, most } = rules;
  const before = incidentIn(known, place);
  if (before.told.includes(news.id)) return answer({ kind: 'done', reason: 'told' });
  if (before.counted.includes(news.id)) return answer({ kind: 'done', reason: 'left out' });
  if (isOver(news, nowMs)) return answer({ kind: 'done', reason: 'expired' });
  const overall = withLapsed(overallIn(known, place), before, nowMs);
  const incident = { ...withoutLapsed(before, nowMs), waiting: joined(before.waiting, news, nowMs) };
  const keep = (record: Incident, changed: Overall = overall) => [
    writeIncident(place, record),
    writeOverall(place, changed),
  ];
  const sentMs = overall.sentMs.filter((atMs) => isRecent(atMs, nowMs, MINUTE_MS));
  const isFull = sentMs.length >= most;
  const why = reasonToWait(overall, incident, nowMs) ?? (isFull && news.kind === 'asked' ? FULL : undefined);
  if (why !== undefined) return answer({ kind: 'wait', why }, keep(incident));
  if (isFull) {
    const leftOut = added(overall.leftOut, { [news.kind]: 1 });
    const counted = [...incident.counted, news.id].slice(-MOST_TOLD);
    const rest = { ...incident, counted, waiting: without(incident.waiting, [news.id]) };
    return answer({ kind: 'done', reason: 'left out' }, keep(rest, { ...overall, leftOut }));
  }
  const batch = incident.waiting.slice(0, rules.fitting(incident.waiting, overall.leftOut));
  const { leftOut } = overall;
  const claim = { ids: batch.map(({ id }) => id), untilMs: nowMs + CLAIM_MS, leftOut };
  const taken = keep({ ...incident, claim }, { ...overall, sentMs: [...sentMs, nowMs], leftOut: {} });
  return answer({ kind: 'tell', batch, leftOut, thread: incident.thread }, taken);
}

/** After the receiver has taken a message. @param thread that it has made for it */
export function afterTold(
  place: Place,
  batch: readonly Waiting[],
  thread: string | undefined,
  known: Known,
  nowMs: number,
): Result<undefined> {
  const { claim: _, ...incident } = incidentIn(known, place);
  const ids = batch.map(({ id }) => id);
  const told = [...incident.told, ...ids].slice(-MOST_TOLD);
  const waiting = without(incident.waiting, ids);
  const after = { ...incident, waiting, told, toldMs: nowMs, thread: incident.thread ?? thread };
  return { answer: undefined, writes: [writeIncident(place, after)] };
}

/** After it has not: it wants to be left alone for `quietMs`, or the thread is gone. */
export function afterRefused(
  place: Place,
  { quietMs, isThreadGone }: { readonly quietMs: number; readonly isThreadGone: boolean },
  known: Known,
  nowMs: number,
): Result<undefined> {
  const { claim, thread, ...incident } = incidentIn(known, place);
  const overall = overallIn(known, place);
  const quiet = quietMs > 0 ? { quietUntilMs: Math.max(quietUntil(overall, nowMs), nowMs + quietMs) } : {};
  const leftOut = added(overall.leftOut, claim?.leftOut ?? {});
  const kept = isThreadGone ? incident : { ...incident, thread };
  return {
    answer: undefined,
    writes: [writeIncident(place, kept), writeOverall(place, { ...overall, ...quiet, leftOut })],
  };
}

function reasonToWait(overall: Overall, { claim, toldMs }: Incident, nowMs: number): string | undefined {
  if (claim !== undefined) return 'another delivery is telling of the incident';
  if (quietUntil(overall, nowMs) > nowMs) return 'the receiver asked to be left alone for a while';
  if (toldMs !== undefined && isRecent(toldMs, nowMs, GATHER_MS)) return 'more of the incident may follow';
  return undefined;
}

function quietUntil({ quietUntilMs = 0 }: Overall, nowMs: number): number {
  return quietUntilMs - nowMs > LONGEST_QUIET_MS ? 0 : quietUntilMs;
}

function answer(turn: Turn, writes: readonly Write[] = []): Result<Turn> {
  return { answer: turn, writes };
}

function without(waiting: readonly Waiting[], ids: readonly string[]): readonly Waiting[] {
  return waiting.filter(({ id }) => !ids.includes(id));
}

// One that finds no room is told by a later delivery of its own.
function joined(waiting: readonly Waiting[], news: Waiting, nowMs: number): readonly Waiting[] {
  const fresh = waiting.filter((each) => !isOver(each, nowMs));
  const isKnown = fresh.some(({ id }) => id === news.id);
  return isKnown || fresh.length >= MOST_WAITING ? fresh : [...fresh, news];
}

function isOver({ expiresMs }: Waiting, nowMs: number): boolean {
  return expiresMs !== undefined && expiresMs <= nowMs;
}

/** A claim that has lapsed is of a replica that was ended: nobody knows whether it was told, so it is told again. */
function isLapsed({ claim }: Incident, nowMs: number): boolean {
  return claim !== undefined && !isHeld(claim, nowMs);
}

function isHeld({ untilMs }: NonNullable<Incident['claim']>, nowMs: number): boolean {
  return isRecent(untilMs - CLAIM_MS, nowMs, CLAIM_MS);
}

function withoutLapsed({ claim, ...incident }: Incident, nowMs: number): Incident {
  return claim !== undefined && isHeld(claim, nowMs) ? { ...incident, claim } : incident;
}

function withLapsed(overall: Overall, incident: Incident, nowMs: number): Overall {
  if (!isLapsed(incident, nowMs)) return overall;
  return { ...overall, leftOut: added(overall.leftOut, incident.claim?.leftOut ?? {}) };
}

function added(one: LeftOut, other: LeftOut): LeftOut {
  const kinds = NEWS_KINDS.filter((kind) => one[kind] !== undefined || other[kind] !== undefined);
  return Object.fromEntries(kinds.map((kind) => [kind, (one[kind] ?? 0) + (other[kind] ?? 0)]));
}

function incidentIn(known: Known, { incident }: Place): Incident {
  return { waiting: [], told: [], counted: [], ...known.get(incident) } as Incident;
}

function overallIn(known: Known, { overall }: Place): Overall {
  return { sentMs: [], leftOut: {}, ...known.get(overall) } as Overall;
}

function writeIncident({ incident: key }: Place, record: Incident): Write {
  return { key, record: record as unknown as Stored, ttlMs: DAY_MS };
}

function writeOverall({ overall: key }: Place, record: Overall): Write {
  return { key, record: record as unknown as Stored, ttlMs: 7 * DAY_MS };
}
