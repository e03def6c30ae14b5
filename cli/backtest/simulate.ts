/** What emit-trigger would have answered: its own decision, with the clock of that time and a ledger of its own in memory. */
import { closeDesk, type Desk, openDesk } from '../../functions/emit-trigger/desk.ts';
import emitTrigger from '../../functions/emit-trigger/index.ts';
import { judge } from '../../functions/emit-trigger/policy.ts';
import { episodeOf } from '../../shared/alert/alert.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import type { Config } from '../../shared/config.ts';
import { buildEvent } from '../../shared/events/envelope.ts';
import { alertResolved, remediationSelected } from '../../shared/events/index.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { createLog } from '../../shared/log.ts';
import type { Context } from '../../shared/runtime/function.ts';
import { eventOf } from '../../shared/runtime/handling/effect.ts';
import { runHandler } from '../../shared/runtime/handling/handler.ts';
import { NO_SPAN } from '../../shared/traces/span.ts';
import { incomingOf } from '../chain.ts';
import type { EndingKind } from '../ending.ts';
import { endingOf } from '../read-ending.ts';
import type { Firing } from './firing.ts';

/** A firing on which a tier has decided. */
export interface Selected extends Firing {
  readonly selection: Selection;
}

/** One answer of emit-trigger. */
export interface Answer {
  readonly atMs: number;
  readonly kind: EndingKind;
  readonly reason: string | undefined;
}

/** What became of a firing. */
export interface Played {
  readonly firing: Selected;
  /** What the limits of the policy count by. */
  readonly target: string;
  readonly answers: readonly Answer[];
}

/** When something is told to emit-trigger. */
interface Moment {
  readonly atMs: number;
  readonly kind: 'fires' | 'resolves';
  readonly index: number;
}

const TOLD_EACH = 100;

type Clock = { nowMs: number };

/**
 * Plays the firings in the order of their times. An alert is sent when it fires and again each `repeatMs` as long as it does, and
 * once when it resolves. It fires as long as it did, whatever was called; nobody answers a question.
 */
export async function simulate(
  firings: readonly Selected[],
  config: Config,
  { repeatMs, toMs }: { readonly repeatMs: number; readonly toMs: number },
  progress: (done: number, total: number) => void,
): Promise<Played[]> {
  const clock: Clock = { nowMs: 0 };
  const log = createLog('emit-trigger', 'silent');
  const state = await openDesk(config, log, () => new Date(clock.nowMs));
  const context: Context<Desk> = { state, config, log, clock: () => clock.nowMs, span: NO_SPAN };
  const played = firings.map((firing) => ({ firing, target: targetOf(firing, context), answers: [] as Answer[] }));
  const moments = firings.flatMap((firing, index) => momentsOf(firing, index, repeatMs, toMs));
  moments.sort((left, right) => left.atMs - right.atMs);
  for (const [done, { atMs, kind, index }] of moments.entries()) {
    const one = played[index];
    if (one === undefined) continue;
    clock.nowMs = atMs;
    one.answers.push(...(await tell(eventAt(one.firing, kind, config, atMs), context, atMs)));
    if (done % TOLD_EACH === 0) progress(done, moments.length);
  }
  await closeDesk(state);
  return played;
}

function momentsOf({ fromMs, toMs }: Selected, index: number, repeatMs: number, endMs: number): Moment[] {
  const moments: Moment[] = [];
  for (let atMs = fromMs; atMs < (toMs ?? endMs + 1); atMs += repeatMs) moments.push({ atMs, kind: 'fires', index });
  return toMs === undefined ? moments : [...moments, { atMs: toMs, kind: 'resolves', index }];
}

function eventAt({ selection, fromMs }: Selected, kind: Moment['kind'], config: Config, atMs: number): CloudEvent {
  const alert = { ...selection.alert, startsAt: new Date(fromMs).toISOString() };
  const episode = episodeOf(alert, config);
  const draft =
    kind === 'fires'
      ? { definition: remediationSelected, data: { ...selection, alert }, episode }
      : { definition: alertResolved, data: { ...alert, status: 'resolved' as const }, episode };
  return buildEvent(draft, { hop: 0 }, 'backtest', new Date(atMs));
}

/** What emit-trigger answers, and answers when that comes back to it, as a broker brings it at once. */
async function tell(first: CloudEvent, context: Context<Desk>, atMs: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let event: CloudEvent | undefined = first; event !== undefined && isTaken(event); ) {
    const incoming = incomingOf(event);
    const outcome = await runHandler(emitTrigger, incoming, context);
    event = eventOf(outcome, incoming, emitTrigger.name, new Date(atMs));
    const ending = event && endingOf(event);
    if (ending !== undefined) answers.push({ atMs, kind: ending.kind, reason: ending.reason });
  }
  return answers;
}

function isTaken({ attributes }: CloudEvent): boolean {
  return emitTrigger.handlers.some(({ definition }) => definition.type === attributes.type);
}

function targetOf({ selection }: Selected, { state: { runbook }, config }: Context<Desk>): string {
  const { target } = judge({ runbook, mode: config.AGENT_SRE_MODE, now: new Date(0) }, selection, true);
  return target.split('/').filter(Boolean).join('/');
}
