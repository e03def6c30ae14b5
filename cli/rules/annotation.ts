import { parseAlert } from '../../shared/alert/alert.ts';
import { FUNCTION_ANNOTATION } from '../../shared/alert/exclusion.ts';
import { decideAnnotation, PARAMETERS_ANNOTATION } from '../../shared/annotation.ts';
import type { Attempt, Call } from '../../shared/decision.ts';
import { isMutating, type Runbook, sameCall } from '../../shared/runbook/runbook.ts';
import { type Answer, callOf } from './answer.ts';
import type { FiredAlert } from './fired.ts';

/** What becomes of a rule: annotations that make its alert static, or why it gets none. */
export type Verdict =
  | { readonly kind: 'annotate'; readonly annotations: Readonly<Record<string, string>> }
  | { readonly kind: 'settled'; readonly why: string }
  | { readonly kind: 'doubtful'; readonly why: string };

/**
 * Whether the answer to a rule is sure enough to be written down. An annotation is acted on without any model, so what changes
 * something must have been chosen by the model and by the rules of the runbook alike; a look needs one of them.
 *
 * @param byRules the vote of the runbook's rules alone
 * @param least the confidence that an answer needs, from 0 to 1
 */
export function judge({ alert, vote }: Answer, byRules: Attempt | undefined, runbook: Runbook, least: number): Verdict {
  if (FUNCTION_ANNOTATION in alert.annotations) return settled(`it has ${FUNCTION_ANNOTATION} already`);
  if (vote === undefined) return doubtful('no tier is sure');
  const call = callOf(vote);
  if (call === undefined) return settled('no action is the decision');
  if ((vote.confidence ?? 1) < least)
    return doubtful(`${call.lambda_function} with a confidence of ${vote.confidence?.toFixed(2)}`);
  if (
    isMutating(runbook.catalogue, call.lambda_function) &&
    (vote.method === 'rules' || !agrees(runbook, call, byRules))
  ) {
    return doubtful(
      `${call.lambda_function} by ${vote.method} alone: what changes something needs the model and the rules`,
    );
  }
  const annotations = annotationsFor(runbook, alert, call);
  return annotations === undefined
    ? doubtful(`the policy does not let an annotation choose ${call.lambda_function} here`)
    : { kind: 'annotate', annotations };
}

function agrees(runbook: Runbook, call: Call, vote: Attempt | undefined): boolean {
  const other = callOf(vote);
  return other !== undefined && sameCall(runbook.catalogue, call, other);
}

/** The fewest annotations by which the static tier makes this very call of this alert; undefined where none do. */
function annotationsFor(runbook: Runbook, alert: FiredAlert, call: Call): Readonly<Record<string, string>> | undefined {
  const named = { [FUNCTION_ANNOTATION]: call.lambda_function };
  const full = { ...named, [PARAMETERS_ANNOTATION]: JSON.stringify(templatesOf(call, alert)) };
  return [named, full].find((annotations) => {
    const decision = decideAnnotation(
      runbook,
      parseAlert({ ...alert, annotations: { ...alert.annotations, ...annotations } }),
    );
    return decision?.outcome === 'selected' && sameCall(runbook.catalogue, decision, call);
  });
}

/** The parameters with the labels that they come from in place of made-up values. */
function templatesOf({ parameters }: Call, { labels }: FiredAlert): Record<string, unknown> {
  const sources = Object.entries(labels).filter(([name, value]) => name !== 'alertname' && value !== '');
  const template = (value: unknown) => {
    const source = sources.find(([, text]) => text === value);
    return source === undefined ? value : `{{ $labels.${source[0]} }}`;
  };
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, template(value)]));
}

function settled(why: string): Verdict {
  return { kind: 'settled', why };
}

function doubtful(why: string): Verdict {
  return { kind: 'doubtful', why };
}
