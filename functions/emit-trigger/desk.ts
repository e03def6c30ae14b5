/** What emit-trigger works with while it runs, and the one way from an event to its answer. */
import { episodeOf } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Config } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import type { Approval } from '../../shared/events/approval.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { watchSigningKeys } from '../../shared/events/signature.ts';
import { type KeySource, passingKey, watchKeys } from '../../shared/keys.ts';
import type { Known, Ledger, Step } from '../../shared/ledger/ledger.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Log } from '../../shared/log.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { isMutating, type Runbook } from '../../shared/runbook/runbook.ts';
import type { Context, Outcome, TypedEvent } from '../../shared/runtime/function.ts';
import type { Incoming } from '../../shared/runtime/request/incoming.ts';
import { traced } from '../../shared/traces/span.ts';
import { outcomeOf } from './answer.ts';
import { readToken } from './approvals.ts';
import { checkSelection } from './check.ts';
import { type Answer, type Around, keysOf } from './decide.ts';
import type { Answered } from './decide-approval.ts';
import { decideSelection } from './decide-selection.ts';
import { type EpisodeRecord, episodeIn, episodeKey } from './episode.ts';
import { judge } from './policy.ts';
import { believedSelection } from './signature.ts';
import { tryNext } from './try.ts';

export interface Desk {
  readonly runbook: Runbook;
  readonly ledger: Ledger;
  /** Of the tokens of approvals. */
  readonly keys: KeySource;
  /** Undefined where nothing is signed. */
  readonly signingKeys: KeySource | undefined;
  readonly now: () => Date;
}

/**
 * @param now the clock; agent-sre backtest passes one of its own
 * @throws {AsreError} an `exit` where a setting, the runbook or the ledger cannot be used
 */
export async function openDesk(config: Config, log: Log, now: Desk['now'] = () => new Date()): Promise<Desk> {
  const { RUNBOOK_DIR, PROTECTED_NAMESPACES: protectedNamespaces, APPROVAL_KEY_FILE: keyFile } = config;
  const runbook = loadRunbook(RUNBOOK_DIR, { entries: 'pinned', protectedNamespaces });
  const keys = keyFile === '' ? passingKey() : watchKeys('APPROVAL_KEY_FILE', keyFile, log);
  const signingKeys = watchSigningKeys(config, log);
  return { runbook, ledger: await openLedger(config, now, log), keys, signingKeys, now };
}

export async function closeDesk({ ledger }: Desk): Promise<void> {
  await ledger.close();
}

type Decide = (correlationId: string, known: Known, around: Around) => Step<Answer>;

/** Decides on an episode, and makes the event of the answer. */
export async function settle(
  correlationId: string,
  context: Context<Desk>,
  decide: Decide,
  keys: readonly string[] = [episodeKey(correlationId)],
): Promise<Outcome> {
  const around = aroundOf(context);
  const { span, state } = context;
  let before: EpisodeRecord = {};
  const answer = await traced(span, 'ledger', () =>
    state.ledger.transact(keys, (known) => {
      before = episodeIn(known, correlationId);
      return decide(correlationId, known, around);
    }),
  );
  // A resolution, an approval and a repetition of the alert have traces of their own.
  for (const trace of new Set([before.asked?.trace, before.attempt?.trace])) span.link(trace);
  return outcome(answer, correlationId, context);
}

/** @throws {AsreError} where the token is not genuine, has expired, or does not count for its episode */
export function settleApproval(
  { id, data }: TypedEvent<Approval>,
  context: Context<Desk>,
  decide: (answered: Answered, known: Known, around: Around) => Step<Answer>,
): Promise<Outcome> {
  const ticket = readToken(data.token, context.state.keys(), context.state.now());
  const answered = { eventId: id, ticket, approval: data };
  return settle(ticket.correlationId, context, (_, ...rest) => decide(answered, ...rest));
}

/** @throws {AsreError} ASRE_SELECTION_INVALID */
export async function settleSelection(sent: Selection, event: Incoming, context: Context<Desk>): Promise<Outcome> {
  const { state, config, span } = context;
  const { selection, judged } = traced(span, 'policy', () => {
    const { selection, signed } = believedSelection(sent, event, state.signingKeys, state.now());
    const labels = ownLabels(state.runbook.policy, selection.alert);
    checkSelection(state.runbook, selection, labels);
    return { selection, judged: judge(aroundOf(context), selection, signed, labels) };
  });
  const { correlationId } = episodeOf(selection.alert, config);
  const next = { correlationId, selection, judged };
  const decide: Decide = (_, known, around) => decideSelection(next, known, around);
  // What the policy keeps back needs no memory.
  if (judged.suppress !== undefined)
    return outcome(withoutMemory(decide, correlationId, context), correlationId, context);
  try {
    return await settle(correlationId, context, decide, keysOf(correlationId, judged));
  } catch (error) {
    if (!mayGoOn(error, selection, state.runbook) || judged.ask !== undefined) throw error;
    const blind: Decide = (_, known, around) => tryNext(next, known, around);
    return outcome(withoutMemory(blind, correlationId, context, keysOf(correlationId, judged)), correlationId, context);
  }
}

function withoutMemory(
  decide: Decide,
  correlationId: string,
  context: Context<Desk>,
  keys: readonly string[] = [],
): Answer {
  const step = decide(correlationId, new Map(keys.map((key) => [key, undefined])), aroundOf(context));
  return 'more' in step ? { kind: 'held' } : step.answer;
}

/** Whether the policy lets this go on although nothing can be remembered: looks repeat themselves at worst. */
function mayGoOn(error: unknown, { lambda_function }: Selection, { catalogue, policy }: Runbook): boolean {
  if (policy.remediation.withoutLedger !== 'observe' || isMutating(catalogue, lambda_function)) return false;
  return error instanceof AsreError && (error.code === 'ASRE_LEDGER_FAILED' || error.code === 'ASRE_LEDGER_BUSY');
}

function aroundOf({ state, config, span }: Context<Desk>): Around {
  const trace = span.context?.traceparent;
  return {
    runbook: state.runbook,
    mode: config.AGENT_SRE_MODE,
    now: state.now(),
    approvalMs: config.APPROVAL_TIMEOUT_MS,
    ...(trace === undefined ? {} : { trace }),
  };
}

function outcome(answer: Answer, correlationId: string, { state, config }: Context<Desk>): Outcome {
  const policyHash = state.runbook.policy.remediation.hash;
  return outcomeOf(answer, { correlationId, settings: config, keys: state.keys, policyHash });
}
