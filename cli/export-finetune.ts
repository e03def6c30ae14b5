import { TRIGGER } from '../functions/gemma-fallback/prompt.ts';
import { readingOf } from '../functions/gemma-fallback/reading.ts';
import type { Tool, ToolParameter } from '../functions/gemma-fallback/tools.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import { readWholeNumber } from '../shared/text/number.ts';
import { SPLITS } from '../training/data/split.ts';
import { drawInstances, type Instance } from '../training/gemma/instances.ts';
import { existingRunbook, projectFolders } from './project.ts';
import { defineVerb, EXIT_OK, UserError } from './verb.ts';

const COUNT_LIMIT = 1_000_000;

/** Writes what FunctionGemma is fine-tuned on: the runbook's instances in the shape of Google's Mobile Actions. */
export const exportFinetune = defineVerb({
  name: 'export-finetune',
  summary: "write the runbook's instances for fine-tuning FunctionGemma",
  help: `Usage: agent-sre export-finetune [options] > train.jsonl

Writes alerts of the runbook's entries with the call that its situations decide, a JSON object a line:
{"metadata", "tools", "messages"}, as Google's data set Mobile Actions has them. The tools and the user's text are those
that gemma-fallback shows the model. docs/gemma.md says how to train on them.

  --count N       alerts to draw (2000)
  --split NAME    ${SPLITS.join(', ')} (train)
  --seed N        the same seed draws the same (1)
  --runbook DIR   runbook to draw from (RUNBOOK_DIR, or runbook/ of the project)

Exit codes: 0 written; 2 the runbook or an option cannot be used.`,
  options: {
    count: { type: 'string', default: '2000' },
    split: { type: 'string', default: 'train' },
    seed: { type: 'string', default: '1' },
    runbook: { type: 'string' },
  },
  async run({ count, split, seed, runbook }, _, terminal) {
    const from = SPLITS.find((name) => name === split);
    if (from === undefined) throw new UserError(`--split: "${split}" is not a split`, `use ${SPLITS.join(', ')}`);
    const directory = existingRunbook(runbook ?? projectFolders(terminal.env).RUNBOOK_DIR);
    const reading = readingOf(loadRunbook(directory, { entries: true }));
    const instances = drawInstances(reading, from, readNumber('--count', count), readNumber('--seed', seed));
    for (const instance of instances) {
      if (instance.question.listed.length > 1) terminal.out(JSON.stringify(exampleOf(instance, from)));
    }
    return EXIT_OK;
  },
});

function readNumber(option: string, text: string): number {
  const number = readWholeNumber(text, 1, COUNT_LIMIT);
  if (number !== undefined) return number;
  throw new UserError(`${option}: "${text}" is not a whole number from 1 to ${COUNT_LIMIT}`, '');
}

function exampleOf({ question, tool, values }: Instance, split: string) {
  const call = { type: 'function', function: { name: tool.name, arguments: Object.fromEntries(values) } };
  return {
    metadata: split,
    tools: question.listed.map((listed) => declarationOf(listed.tool)),
    messages: [
      { role: 'developer', content: TRIGGER },
      { role: 'user', content: question.text },
      { role: 'assistant', tool_calls: [call] },
    ],
  };
}

/** The types in capitals: the published template prints them as they stand. */
function declarationOf({ name, description, parameters }: Tool) {
  const required = parameters.filter((parameter) => parameter.required).map(({ key }) => key);
  const properties = parameters.map((parameter) => [parameter.key, propertyOf(parameter)] as const);
  const schema = {
    type: 'OBJECT',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
  };
  return { type: 'function', function: { name, description, parameters: schema } };
}

function propertyOf({ type, description, options }: ToolParameter) {
  return { type, description, ...(type === 'STRING' && options.length > 0 ? { enum: options } : {}) };
}
