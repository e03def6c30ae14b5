import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readConfig } from '../shared/config.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import type { Runbook } from '../shared/runbook/runbook.ts';
import { type Labelled, readLabelled } from './dataset.ts';
import { lookupPredictor, type Predictor, rulesPredictor, tfidfPredictor, trmPredictor } from './predictors.ts';
import { printReport } from './report.ts';
import { type Prediction, type Scored, score } from './score.ts';

const DEFAULT_FILE = '../shared/eval/dev.jsonl';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const file = positionals[0] ?? DEFAULT_FILE;
if (!existsSync(file)) {
  console.error(`eval: there is no ${file} (give a JSONL file of labelled alerts: npm run eval -- FILE)`);
  process.exit(2);
}
await main(file, values.json);

async function main(path: string, json: boolean): Promise<void> {
  const config = readConfig(process.env);
  const runbook = loadRunbook(config.RUNBOOK_DIR, { entries: true, protectedNamespaces: config.PROTECTED_NAMESPACES });
  const rows = readLabelled(path);
  const trm = await run(runbook, rows, await trmPredictor(runbook, config.MODELS_DIR, config));
  const rules = await run(runbook, rows, rulesPredictor(runbook));
  const lookup = await run(runbook, rows, lookupPredictor(runbook));
  const tfidf = await run(runbook, rows, tfidfPredictor(runbook, config.MODELS_DIR));
  const chain = rules && chained(runbook, rows, trm, rules);
  printReport(runbook, path, { trm, rules, lookup, tfidf, chain }, json);
}

async function run(
  runbook: Runbook,
  rows: readonly Labelled[],
  predictor: Predictor | undefined,
): Promise<Scored[] | undefined> {
  if (predictor === undefined) return undefined;
  const predictions = await predictor.predict(rows.map(({ alert }) => alert));
  await predictor.close?.();
  return scoreAll(runbook, rows, predictions);
}

/** The chain as it runs: what TRM does not decide, the rules do. */
function chained(runbook: Runbook, rows: readonly Labelled[], trm: Scored[] | undefined, rules: Scored[]): Scored[] {
  const predictions = rules.map((fallback, index) => {
    const first = trm?.[index]?.prediction;
    return first?.accepted ? first : fallback.prediction;
  });
  return scoreAll(runbook, rows, predictions);
}

function scoreAll(runbook: Runbook, rows: readonly Labelled[], predictions: readonly Prediction[]): Scored[] {
  return rows.flatMap((row, index) => {
    const prediction = predictions[index];
    return prediction === undefined ? [] : [score(runbook.catalogue, row, prediction)];
  });
}
