/** What holds in every interleaving: the promises of emit-trigger, checked on what it was asked and what it answered. */
import { expect } from 'vitest';
import {
  type EpisodeRecord,
  episodeKey,
  type TargetRecord,
  targetKeyOf,
} from '../../functions/emit-trigger/episode.ts';
import { ownerOf } from '../../functions/emit-trigger/owner.ts';
import type { Alert, Labels } from '../../shared/alert/alert.ts';
import { eventId } from '../../shared/events/envelope.ts';
import {
  alertResolved,
  approvalDenied,
  approvalGranted,
  approvalRequested,
  lambdaTrigger,
  remediationIneffective,
  remediationSelected,
  remediationSuppressed,
  remediationVerified,
} from '../../shared/events/index.ts';
import type { Verified } from '../../shared/events/remediation-outcome.ts';
import type { Handled, World } from './interleavings.ts';
import { correlationOf } from './interleavings-events.ts';

export interface Limits {
  readonly target: { readonly triggers: number; readonly perMs: number };
  readonly overall: { readonly triggers: number; readonly perMs: number };
  readonly cooldownMs: number;
  readonly maintenance: { readonly fromMs: number; readonly toMs: number };
}

/** A lambda trigger, as it was answered. */
interface Triggered {
  readonly handled: Handled;
  readonly id: string;
  readonly episode: string;
  readonly attempt: number;
  readonly target: string;
  readonly lambdaFunction: string;
  readonly namespace: string;
  readonly approved: boolean;
  readonly call: string;
  readonly atMs: number;
  readonly passedMs: number;
}

/** @throws {AssertionError} where a promise is broken */
export async function promisesHold(world: World, limits: Limits): Promise<void> {
  const all = triggersOf(world.handled);
  const first = [...new Map(all.toReversed().map((each) => [each.id, each])).values()].toReversed();
  everyAttemptHasOneTrigger(all, first, world.handled);
  nothingAfterTheEnd(all, world.handled);
  nothingWhereNothingMayBe(all, limits);
  limitsHold(first, limits);
  everySelectionHasAnOutcome(world.handled);
  if (world.signingKeys !== undefined) nothingIsProvenByStrangers(world.handled);
  await everyTriggerIsRecorded(first, world);
}

function triggersOf(handled: readonly Handled[]): Triggered[] {
  return handled.flatMap((each): Triggered[] => {
    const { answer } = each;
    if (answer?.attributes.type !== lambdaTrigger.type) return [];
    const data = answer.data as { parameters: Record<string, string>; alert: { labels: Labels } } & Record<
      string,
      unknown
    >;
    const { name = '', namespace = '' } = data.parameters;
    return [
      {
        ...{ handled: each, id: String(answer.attributes.id), episode: String(data.correlation_id) },
        ...{ attempt: Number(data.attempt), lambdaFunction: String(data.lambda_function), namespace },
        target: `/${namespace}/${ownerOf(name, data.alert.labels)}`,
        approved: data.approved_by !== undefined,
        call: JSON.stringify([data.lambda_function, data.parameters]),
        ...{ atMs: each.startedMs, passedMs: each.passedMs },
      },
    ];
  });
}

function everyAttemptHasOneTrigger(
  all: readonly Triggered[],
  first: readonly Triggered[],
  handled: readonly Handled[],
): void {
  for (const each of all) {
    expect(each.id).toBe(eventId(lambdaTrigger.type, each.episode, String(each.attempt)));
    expect(all.filter(({ id, call }) => id === each.id && call !== each.call)).toEqual([]);
  }
  const grants = new Set(
    handled
      .filter(({ event }) => event.attributes.type === approvalGranted.type && !isForged(event))
      .map(({ event }) => event.attributes.id),
  );
  expect(first.filter(({ approved }) => approved).length).toBeLessThanOrEqual(grants.size);
  const unattended = first.filter(({ approved }) => !approved);
  expect(new Set(unattended.map(({ episode }) => episode)).size, 'one attempt without a person').toBe(
    unattended.length,
  );
}

function isForged({ attributes }: Handled['event']): boolean {
  return attributes.id?.startsWith('forged-') === true;
}

/** Neither after the alert has resolved nor after a person has said no. */
function nothingAfterTheEnd(all: readonly Triggered[], handled: readonly Handled[]): void {
  for (const { event, outcome, ended, answer } of handled) {
    const episode = endedBy(event, outcome, answer);
    const late = all.filter((each) => each.episode === episode && each.handled.began > ended);
    expect(
      late.map(({ id }) => id),
      'lambda triggers after the end',
    ).toEqual([]);
  }
}

function endedBy(event: Handled['event'], outcome: Handled['outcome'], answer: Handled['answer']): string | undefined {
  if (event.attributes.type === alertResolved.type && outcome !== 'retry') return correlationOf(event.data as never);
  const reason = (answer?.data as { reason?: string } | undefined)?.reason;
  if (event.attributes.type !== approvalDenied.type || reason !== 'denied') return undefined;
  return answer?.attributes.correlationid;
}

/** Namespaces of the world: off, shadow, closed (by maintenance), kube-system (protected). */
function nothingWhereNothingMayBe(all: readonly Triggered[], { maintenance }: Limits): void {
  for (const { handled, namespace, lambdaFunction, atMs } of all) {
    expect(handled.mode, 'the kill switch').toBe('auto');
    expect(['off', 'shadow']).not.toContain(namespace);
    if (lambdaFunction === 'pod-restart') expect(namespace).not.toBe('kube-system');
    const isClosed = namespace === 'closed' && atMs >= maintenance.fromMs && atMs < maintenance.toMs;
    expect(isClosed, 'a maintenance window').toBe(false);
  }
}

function limitsHold(first: readonly Triggered[], { target, overall, cooldownMs }: Limits): void {
  const within = (marks: readonly Triggered[], last: Triggered, perMs: number) =>
    marks.filter(({ passedMs }) => passedMs <= last.passedMs && passedMs > last.passedMs - perMs);
  const unattended = first.filter(({ approved }) => !approved);
  for (const last of first) {
    const here = first.filter((each) => each.target === last.target);
    expect(within(here, last, target.perMs).length, 'triggers of a target').toBeLessThanOrEqual(target.triggers);
    const same = within(here, last, cooldownMs).filter((each) => each.lambdaFunction === last.lambdaFunction);
    const others = same.filter(({ id, attempt }) => id !== last.id && attempt === 1);
    if (last.attempt === 1)
      expect(
        others.map(({ id }) => id),
        'triggers within the cooldown',
      ).toEqual([]);
    expect(within(unattended, last, overall.perMs).length, 'triggers of all').toBeLessThanOrEqual(overall.triggers);
  }
}

const OUTCOMES = [lambdaTrigger, remediationSuppressed, approvalRequested, remediationIneffective].map(
  ({ type }) => type,
);

function everySelectionHasAnOutcome(handled: readonly Handled[]): void {
  for (const { event, outcome, answer } of handled) {
    if (event.attributes.type !== remediationSelected.type || outcome === 'retry') continue;
    expect(OUTCOMES).toContain(answer?.attributes.type);
  }
}

const OWN = [lambdaTrigger, approvalRequested, remediationIneffective].map(({ type }) => type);

/** Where the functions sign: own events of a stranger are rejected, and his resolution proves nothing. */
function nothingIsProvenByStrangers(handled: readonly Handled[]): void {
  const forged = handled.filter(({ event }) => isForged(event) && OWN.includes(event.attributes.type ?? ''));
  expect(forged.filter(({ outcome }) => outcome !== 'reject')).toEqual([]);
  for (const { answer, ended } of handled) {
    if (answer?.attributes.type !== remediationVerified.type) continue;
    const { unsigned_resolution, correlation_id } = answer.data as Verified;
    const isResolution = ({ event, began }: Handled) =>
      event.attributes.type === alertResolved.type &&
      !isForged(event) &&
      began < ended &&
      correlationOf(event.data as Alert) === correlation_id;
    if (unsigned_resolution !== true)
      expect(handled.some(isResolution), 'a resolution that alert-router has signed').toBe(true);
  }
}

async function everyTriggerIsRecorded(first: readonly Triggered[], world: World): Promise<void> {
  for (const { id, episode, attempt, target } of first) {
    const record = (await world.recorded(episodeKey(episode))) as EpisodeRecord | undefined;
    expect(record?.attempt?.number, 'the attempt of a trigger').toBeGreaterThanOrEqual(attempt);
    const marks = (await world.recorded(targetKeyOf(target))) as TargetRecord | undefined;
    const isRecent = first.some((each) => each.id === id && world.latestMs - each.atMs < 1_000);
    if (isRecent) expect(marks?.triggers.map((mark) => mark.id)).toContain(id);
  }
}
