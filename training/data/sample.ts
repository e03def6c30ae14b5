import { type Answer, answerUnits } from '../../functions/trm-reason/answer.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import { decideSituation, NO_FUNCTION } from '../../shared/runbook/decide.ts';
import type { Runbook, RunbookEntry, Situation } from '../../shared/runbook/runbook.ts';
import { familyOf } from '../../shared/runbook/schema.ts';
import { injectAnnotation, injectLabel } from './injections.ts';
import { drawLabels } from './labels.ts';
import { varyName } from './names.ts';
import type { Random } from './random.ts';
import { drawAnnotations } from './texts.ts';

/** The part of an entry that may be drawn from; the rest stays unseen. */
export interface Material {
  readonly entry: RunbookEntry;
  readonly situation: Situation;
  readonly names: readonly string[];
  readonly phrasings: readonly string[];
  /** Other situations whose answers count as right. */
  readonly also?: readonly Situation[];
}

/** One training pair: an alert, and what an engineer would have written for it. */
export interface Sample {
  readonly alert: Alert;
  readonly answer: Answer;
  /** Other answers that count as right. */
  readonly also: readonly Answer[];
  readonly entry: string;
  readonly family: string;
  readonly situation: string;
  /** How many cases of the situation must be ruled out or hold before its last one is reached. */
  readonly conditions: number;
}

const ATTEMPTS = 8;

/** How a pair is drawn. */
export interface Drawing {
  /** Whether names are varied. */
  readonly vary: boolean;
  /** Whether texts are. */
  readonly reworded: boolean;
  /** Share of the alerts whose annotations give orders; a quarter as many have a label that does. */
  readonly injected: number;
}

/** Draws a pair. The answer is what the runbook's own cases decide for the labels drawn: there is one truth. */
export function drawSample(
  runbook: Runbook,
  material: Material,
  { vary, reworded, injected }: Drawing,
  random: Random,
): Sample {
  const { entry, situation } = material;
  const functions = [...runbook.catalogue.keys()];
  let labels = drawLabels(entry, random);
  for (let attempt = 0; attempt < ATTEMPTS && !entry.matchers.every((matcher) => matcher.test(labels)); attempt++) {
    labels = drawLabels(entry, random);
  }
  const name = random.pick(material.names);
  const alertname = vary ? varyName(name, random) : name;
  let annotations = drawAnnotations(material.phrasings, labels, reworded, random);
  if (random.chance(injected)) annotations = injectAnnotation(annotations, functions, random);
  if (random.chance(injected / 4)) labels = injectLabel(labels, functions, random);
  const alert: Alert = { alertname, status: 'firing', labels: { alertname, ...labels }, annotations };
  return {
    alert,
    answer: answerFor(runbook, situation, alert),
    also: (material.also ?? []).map((other) => answerFor(runbook, other, alert)),
    entry: entry.id,
    family: familyOf(entry),
    situation: situation.name,
    conditions: situation.cases.length - 1,
  };
}

/** The runbook's decision as the text that the model is to write. */
export function answerFor(runbook: Runbook, situation: Situation, alert: Alert): Answer {
  const decided = decideSituation(runbook, situation, ownLabels(runbook.policy, alert));
  if (decided.call === undefined) return { lambda_function: null, parameters: {}, reasoning: decided.reason };
  return { lambda_function: decided.call.lambda_function, parameters: decided.templates, reasoning: decided.reason };
}

/** Every unit that an answer of these situations can hold, and the length of the longest answer in units. */
export function answerSpace(
  runbook: Runbook,
  situations: Iterable<Situation> = runbook.situations.values(),
): { units: string[]; longest: number } {
  const units = new Set<string>();
  let longest = 0;
  for (const answer of possibleAnswers(runbook, situations)) {
    const written = answerUnits(answer).units;
    longest = Math.max(longest, written.length);
    for (const unit of written) units.add(unit);
  }
  return { units: [...units].sort(), longest };
}

/** The answers of all cases: each template once, with each set of parameters that may be left out. */
function* possibleAnswers(runbook: Runbook, situations: Iterable<Situation>): Generator<Answer> {
  for (const each of [...situations].flatMap(({ cases }) => cases)) {
    if (each.do === NO_FUNCTION) {
      yield { lambda_function: null, parameters: {}, reasoning: each.reason };
      continue;
    }
    const families = runbook.policy.targets.get(each.target ?? '') ?? [{}];
    for (const subset of families.flatMap((family) => subsets(Object.entries(family)))) {
      const longest = Math.max(1, ...subset.map(([, templates]) => templates.length));
      for (let choice = 0; choice < longest; choice++) {
        const filled = subset.map(([name, templates]) => [
          name,
          templates[Math.min(choice, templates.length - 1)] ?? '',
        ]);
        const parameters = { ...Object.fromEntries(filled), ...each.parameters };
        yield { lambda_function: each.do, parameters, reasoning: each.reason };
      }
    }
  }
}

function subsets<Item>(items: readonly Item[]): Item[][] {
  let sets: Item[][] = [[]];
  for (const item of items) sets = sets.concat(sets.map((set) => [...set, item]));
  return sets;
}
