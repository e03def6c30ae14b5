import { gemmaRequested, rulesRequested } from '../../shared/events/index.ts';
import type { Request } from '../../shared/events/request.ts';
import { type EntryIndex, indexEntries } from '../../shared/runbook/first-entry.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { type Context, defineFunction, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { answerDecision, attemptOf, DISABLED, undelivered } from '../../shared/tiers.ts';
import { traced } from '../../shared/traces/span.ts';
import { decideByRules } from './rules.ts';

interface State {
  readonly runbook: Runbook;
  readonly index: EntryIndex;
}

/** ②″ The last tier: the runbook's entries in order. It always answers: a selection, or the recorded "no". */
export default defineFunction<State>({
  name: 'rule-fallback',
  init(config) {
    const { RUNBOOK_DIR, PROTECTED_NAMESPACES: protectedNamespaces } = config;
    const runbook = loadRunbook(RUNBOOK_DIR, { entries: true, protectedNamespaces });
    return { runbook, index: indexEntries(runbook) };
  },
  handlers: [
    on(rulesRequested, ({ data }, context) => decide(data, context)),
    on(gemmaRequested, ({ data }, context) => decide(undelivered(data, 'gemma'), context)), // its dead letters
  ],
  status: ({ runbook }) => ({ entries: runbook.entries.length }),
});

function decide(request: Request, { state, config, clock, span }: Context<State>): Outcome {
  const started = clock();
  const decision = config.RULES_ENABLED
    ? traced(span, 'rules', () => decideByRules(state.runbook, state.index, request.alert))
    : DISABLED;
  const attempt = attemptOf('rules', decision, clock() - started);
  return reply(answerDecision(request, attempt, config), attempt);
}
