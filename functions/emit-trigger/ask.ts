/** A person is asked before something happens. */
import type { Selection } from '../../shared/events/remediation-selected.ts';
import type { Known, Step } from '../../shared/ledger/ledger.ts';
import type { Remediation } from '../../shared/runbook/remediation.ts';
import { type Answer, type Around, answer, type Next, suppress } from './decide.ts';
import {
  type Asked,
  type EpisodeRecord,
  episodeIn,
  episodeKey,
  type Mark,
  OVERALL_KEY,
  overallIn,
  type TargetRecord,
  targetIn,
  writeEpisode,
  writeOverall,
  writeTarget,
} from './episode.ts';
import { asking, because, type Judgement } from './policy.ts';
import { counted, tallied } from './tally.ts';

export function askPerson(
  next: Next,
  number: number,
  ask: NonNullable<Judgement['ask']>,
  known: Known,
  around: Around,
): Step<Answer> {
  const { correlationId, selection, judged } = next;
  const { runbook, now, approvalMs, trace } = around;
  const { remediation } = runbook.policy;
  const nowMs = now.getTime();
  const [target, overall] = [targetIn(known, judged.target), overallIn(known)];
  const rival = rivalIn(target, selection);
  const held = askedEnough(next, rival, known, around);
  if (held !== undefined) return held;
  const asked: Asked = {
    ...{ attempt: number, ...ask, selection, policyHash: remediation.hash },
    ...{ claimedMs: nowMs, expiresMs: nowMs + approvalMs, sent: false },
    ...(trace === undefined ? {} : { trace }),
  };
  const others = target.asked?.filter((each) => each !== rival) ?? [];
  const mark = { id: correlationId, lambdaFunction: selection.lambda_function, atMs: nowMs };
  const tally = tallied(overall.asked, remediation.limits.overall.perMs, nowMs);
  return answer({ kind: 'asked', asked }, [
    writeEpisode(correlationId, { ...episodeIn(known, correlationId), asked }),
    writeTarget(judged.target, { ...target, asked: [...others, mark] }, remediation, nowMs),
    writeOverall({ ...overall, asked: tally }, remediation, nowMs),
  ]);
}

/** What a person was last asked about for this target and function; it may be of another episode. */
function rivalIn({ asked }: TargetRecord, { lambda_function }: Selection): Mark | undefined {
  return asked?.find((each) => each.lambdaFunction === lambda_function);
}

/** A person is not asked where another episode waits for the same call, or where there were too many questions. */
function askedEnough(
  { correlationId, selection }: Next,
  rival: Mark | undefined,
  known: Known,
  { runbook, now }: Around,
): Step<Answer> | undefined {
  if (rival !== undefined && rival.id !== correlationId) {
    const key = episodeKey(rival.id);
    if (!known.has(key)) return { more: [key] };
    const message = 'a person has been asked about the same call for this target already';
    if (isWaiting(episodeIn(known, rival.id), now)) return suppress(selection, because('waiting-approval', message));
  }
  const { perMs, triggers } = runbook.policy.remediation.limits.overall;
  if (counted(overallIn(known).asked, perMs, now.getTime()) < triggers) return undefined;
  return suppress(selection, because('rate', `a person was asked ${triggers} times in a short time already`));
}

// One person is told once: after that the others are only recorded.
export function askInStorm(next: Next, number: number, known: Known, around: Around): Step<Answer> {
  const { overall } = around.runbook.policy.remediation.limits;
  const { stormMs } = overallIn(known);
  const nowMs = around.now.getTime();
  const message = stormText(around.runbook.policy.remediation);
  if (stormMs !== undefined && nowMs - stormMs < overall.perMs) {
    return suppress(next.selection, because('rate', `${message}; a person was told`));
  }
  const step = askPerson(next, number, asking('storm', message), known, around);
  if ('more' in step || step.answer.kind !== 'asked') return step;
  const told = step.writes.map((write) =>
    write.key === OVERALL_KEY ? { ...write, record: { ...write.record, stormMs: nowMs } } : write,
  );
  return { ...step, writes: told };
}

export function stormText({ limits: { overall } }: Remediation): string {
  return `there were ${overall.triggers} lambda triggers in ${overall.perMs / 60_000} minutes, as many as the policy allows`;
}

/** Whether a person can still answer. */
export function isWaiting({ asked, closedMs, denied }: EpisodeRecord, now: Date): boolean {
  if (asked === undefined || closedMs !== undefined || denied !== undefined) return false;
  return asked.answeredBy === undefined && asked.expiresMs > now.getTime();
}
