import { type EpisodeSettings, episodeOf, labelValue } from '../../shared/alert/alert.ts';
import { lambdaTrigger, remediationSelected, remediationSuppressed } from '../../shared/events/index.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { SUPPRESSED_REASONS } from '../../shared/events/remediation-suppressed.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { defineFunction, type Outcome, on, reply } from '../../shared/runtime/function.ts';
import { checkSelection, suppression } from './selection.ts';

interface State {
  readonly runbook: Runbook;
}

/**
 * ③ Effects leave here and nowhere else: the selection is checked once more, then what may hold it back, then it goes
 * out. Ledger, limits and approvals belong between the check and the emission, as reasons of `suppression`.
 */
export default defineFunction<State>({
  name: 'emit-trigger',
  init: ({ RUNBOOK_DIR, PROTECTED_NAMESPACES: protectedNamespaces }) => ({
    runbook: loadRunbook(RUNBOOK_DIR, { entries: 'pinned', protectedNamespaces }),
  }),
  handlers: [on(remediationSelected, ({ data }, { state, config }) => emit(data, state.runbook, config))],
});

function emit(selection: Selection, runbook: Runbook, settings: EpisodeSettings): Outcome {
  checkSelection(runbook, selection);
  const reason = suppression(runbook, selection);
  const episode = episodeOf(selection.alert, settings);
  if (reason !== undefined) {
    return reply({
      definition: remediationSuppressed,
      data: { selection, reason, message: SUPPRESSED_REASONS[reason] },
      episode,
      key: reason,
    });
  }
  const { lambda_function, parameters, alert, confidence, reasoning, attempts, method: triggered_by } = selection;
  const correlation_id = episode.correlationId;
  const cluster = labelValue(alert.labels, 'cluster');
  const call = { lambda_function, parameters, ...(cluster === undefined ? {} : { cluster }) };
  return reply({
    definition: lambdaTrigger,
    data: { ...call, alert, triggered_by, correlation_id, confidence, reasoning, attempts },
    episode, // without a key: an episode has one lambda trigger, whatever function a later selection names
    subject: targetOf(selection),
    extensions: { lambdafunction: lambda_function },
  });
}

function targetOf({ parameters }: Selection): string {
  return [parameters.namespace, parameters.name ?? parameters.selector].filter((part) => part !== undefined).join('/');
}
