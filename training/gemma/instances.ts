import { type Question, questionOf, type Reading } from '../../functions/gemma-fallback/reading.ts';
import type { Listed } from '../../functions/gemma-fallback/shortlist.ts';
import { NO_ACTION, type Tool, type Value } from '../../functions/gemma-fallback/tools.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import { decideSituation } from '../../shared/runbook/decide.ts';
import { drawSplit, materials, type Split } from '../data/split.ts';

/** An alert of the runbook, the question that it becomes, and the call that is right; no values where none is. */
export interface Instance {
  readonly alert: Alert;
  readonly question: Question;
  readonly tool: Tool;
  /** By key. */
  readonly values: ReadonlyMap<string, Value>;
}

/** Instances of a split, the same for the same seed. Those whose call the shortlist cannot express are left out. */
export function* drawInstances(reading: Reading, split: Split, count: number, seed: number): Generator<Instance> {
  const { runbook } = reading;
  for (const { alert, situation } of drawSplit(runbook, materials(runbook)[split], split, count, seed)) {
    const found = runbook.situations.get(situation);
    if (found === undefined) continue;
    const { call } = decideSituation(runbook, found, ownLabels(runbook.policy, alert));
    const question = questionOf(reading, alert);
    if (call === undefined) {
      yield { alert, question, tool: NO_ACTION, values: new Map() };
      continue;
    }
    const listed = question.listed.find(({ tool }) => tool.called?.name === call.lambda_function);
    if (listed === undefined) continue;
    const values = valuesOf(listed, call.parameters);
    if (values !== undefined) yield { alert, question, tool: listed.tool, values };
  }
}

function valuesOf({ tool, values, shapes }: Listed, parameters: Readonly<Record<string, Value>>) {
  const chosen = new Map<string, Value>();
  for (const { key, name } of tool.parameters) {
    const value = parameters[name];
    if (value === undefined) continue;
    if (!values.get(key)?.includes(value)) return undefined;
    chosen.set(key, value);
  }
  return shapes.some((shape) => shape.join() === [...chosen.keys()].join()) ? chosen : undefined;
}
