/** The state of pods and containers in words, and which of several is in the worst one. */
import type { ContainerState, ContainerStatus, Pod, Termination } from './objects.ts';

export function stateText(state: ContainerState | undefined): string {
  const { waiting, running, terminated } = state ?? {};
  if (waiting !== undefined) return `waiting (${[waiting.reason, waiting.message].filter(Boolean).join(': ')})`;
  if (terminated !== undefined) return terminationText(terminated);
  return running === undefined ? 'of no state' : `running since ${running.startedAt ?? 'a while'}`;
}

export function terminationText({ reason = 'ended', exitCode, signal, finishedAt, message }: Termination): string {
  const how = signal ? `signal ${signal}` : `exit code ${exitCode ?? 'unknown'}`;
  const when = finishedAt === undefined ? '' : ` at ${finishedAt}`;
  return `${reason} (${how})${when}${message === undefined ? '' : `: ${message}`}`;
}

/** The container to look at: one that is not ready before one that is, then the one with the most restarts. */
export function worstContainer(statuses: readonly ContainerStatus[]): ContainerStatus | undefined {
  return statuses.toSorted((a, b) => badnessOf(b) - badnessOf(a))[0];
}

/** Orders pods: those that are not ready first, then by restarts. */
export function worstFirst(left: Pod, right: Pod): number {
  return podBadness(right) - podBadness(left);
}

const NOT_READY = 1_000_000;

function badnessOf({ ready, restartCount = 0 }: ContainerStatus): number {
  return (ready === true ? 0 : NOT_READY) + restartCount;
}

function podBadness({ status }: Pod): number {
  const statuses = status?.containerStatuses ?? [];
  const isUp = status?.phase === 'Running' || status?.phase === 'Succeeded';
  return (isUp ? 0 : NOT_READY) + Math.max(0, ...statuses.map(badnessOf));
}
