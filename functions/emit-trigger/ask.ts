/** A person is asked before something happens. */
import type { Known, Step } from '../../shared/ledger/ledger.ts';
import type { Remediation } from '../../shared/runbook/remediation.ts';
import { type Answer, type Around, answer, type Next, suppress } from './decide.ts';
import {
  type Asked,
  type EpisodeRecord,
  episodeIn,
  episodeKey,
  OVERALL_KEY,
  overallIn,
  targetIn,
  writeEpisode,
  writeOverall,
  writeTarget,
} from './episode.ts';
import { asking, because, type Judgement } from './policy.ts';
import { counted, tallied } from './tally.ts';

export function askPerson(
  { correlationId, selection, judged }: Next,
  number: number,
  ask: NonNullable<Judgement['ask']>,
  known: Known,
  { runbook, now, approvalMs, trace }: Around,
): Step<Answer> {
  const { remediation } = runbook.policy;
  const { perMs, triggers } = remediation.limits.overall;
  const nowMs = now.getTime();
  const target = targetIn(known, judged.target);
  const rival = target.asked?.find((each) => each.lambdaFunction === selection.lambda_function);
  if (rival !== undefined && rival.id !== correlationId) {
    const key = episodeKey(rival.id);
    if (!known.has(key)) return { more: [key] };
    const message = 'a person has been asked about the same call for this target already';
    if (isWaiting(episodeIn(known, rival.id), now)) return suppress(selection, because('waiting-approval', message));
  }
  const overall = overallIn(known);
  if (counted(overall.asked, perMs, nowMs) >= triggers) {
    return suppress(selection, because('rate', `a person was asked ${triggers} times in a short time already`));
  }
  const asked: Asked = {
    ...{ attempt: number, ...ask, selection, policyHash: remediation.hash },
    ...{ claimedMs: nowMs, expiresMs: nowMs + approvalMs, sent: false },
    ...(trace === undefined ? {} : { trace }),
  };
  const others = target.asked?.filter((each) => each !== rival) ?? [];
  const mark = { id: correlationId, lambdaFunction: selection.lambda_function, atMs: nowMs };
  return answer({ kind: 'asked', asked }, [
    writeEpisode(correlationId, { ...episodeIn(known, correlationId), asked }),
    writeTarget(judged.target, { ...target, asked: [...others, mark] }, remediation, nowMs),
    writeOverall({ ...overall, asked: tallied(overall.asked, perMs, nowMs) }, remediation, nowMs),
  ]);
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
