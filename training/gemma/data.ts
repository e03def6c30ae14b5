import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callText } from '../../functions/gemma-fallback/call.ts';
import { promptOf, readingOf } from '../../functions/gemma-fallback/reading.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { drawInstances } from './instances.ts';

/** Stage `data` of training/gemma: the runbook's instances as prompts and calls, a JSON object a line. */
function main(): void {
  const { values } = parseArgs({
    options: {
      runbook: { type: 'string', default: 'runbook' },
      out: { type: 'string', default: 'training/work/gemma' },
      train: { type: 'string', default: '110000' },
      unseen: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const reading = readingOf(loadRunbook(values.runbook, { entries: true }));
  mkdirSync(values.out, { recursive: true });
  const counts = { train: values.train, unseen_entries: values.unseen, unseen_phrasings: values.unseen } as const;
  for (const split of ['train', 'unseen_entries', 'unseen_phrasings'] as const) {
    const file = openSync(join(values.out, `${split}.jsonl`), 'w');
    let written = 0;
    for (const { question, tool, values: chosen } of drawInstances(
      reading,
      split,
      Number(counts[split]),
      Number(values.seed),
    )) {
      writeSync(file, `${JSON.stringify({ ...promptOf(question), call: callText(tool, chosen) })}\n`);
      written++;
    }
    closeSync(file);
    console.log(`${split}: ${written} of ${counts[split]}`);
  }
}

main();
