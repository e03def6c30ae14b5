import { parseArgs } from 'node:util';
import { answer, loadModel } from '../../functions/gemma-fallback/answerer.ts';
import { confidenceOf, type Decoded } from '../../functions/gemma-fallback/decode.ts';
import { checkDirectory } from '../../functions/gemma-fallback/directory.ts';
import { askedOf } from '../../functions/gemma-fallback/onnx.ts';
import { PrefixCache } from '../../functions/gemma-fallback/prefix-cache.ts';
import { readingOf } from '../../functions/gemma-fallback/reading.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { drawInstances, type Instance } from './instances.ts';

/** Stage `evaluate` of training/gemma: how often a model directory calls what the runbook does, by the function's own decoding. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: 'training/work/gemma/small' },
      runbook: { type: 'string', default: 'runbook' },
      count: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      least: { type: 'string', default: '0.8' }, // confidence that is accepted
    },
  });
  const directory = checkDirectory(values.model);
  const model = await loadModel(directory, 1);
  const cache = new PrefixCache({ bytes: 2 ** 28, folder: '', model: directory.identity, layout: model.layout });
  const reading = readingOf(loadRunbook(values.runbook, { entries: true }));
  for (const split of ['unseen_phrasings', 'unseen_entries'] as const) {
    const results: { right: boolean; name: boolean; sure: boolean }[] = [];
    const started = performance.now();
    for (const instance of drawInstances(reading, split, Number(values.count), Number(values.seed))) {
      if (instance.question.listed.length <= 1) continue; // no model is asked
      const decoded = await answer(model, cache, askedOf(instance.question), () => {});
      results.push({
        right: isRight(instance, decoded),
        name: decoded.tool === instance.tool.name,
        sure: confidenceOf(decoded) >= Number(values.least),
      });
    }
    const sure = results.filter((result) => result.sure);
    const share = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`;
    console.log(
      [
        `${split}: ${results.length} asked, ${share(results.filter(({ right }) => right).length, results.length)} right`,
        `${share(results.filter(({ name }) => name).length, results.length)} the right function`,
        `${share(sure.filter(({ right }) => right).length, sure.length)} of the ${share(sure.length, results.length)} accepted`,
        `${((performance.now() - started) / results.length).toFixed(0)} ms each`,
      ].join(', '),
    );
  }
}

function isRight({ tool, values }: Instance, decoded: Decoded): boolean {
  const written = new Map(decoded.values);
  return (
    decoded.tool === tool.name &&
    written.size === values.size &&
    [...values].every(([key, value]) => written.get(key) === value)
  );
}

await main();
