import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../shared/config.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import { readLabelled } from './dataset.ts';
import { lookupPredictor, rulesPredictor, trmPredictor } from './predictors.ts';
import { printReport, reportAsJson } from './report.ts';
import { chained, type Outcome, runVariants } from './runs.ts';
import { tfidfPredictor } from './tfidf.ts';
import { byVariant, makeVariant } from './variants.ts';

const OWN_ALERTS = join(import.meta.dirname, 'data/alerts.jsonl');
const SEED = 1;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, file: { type: 'string' } },
});
const file = values.file ?? positionals[0] ?? OWN_ALERTS;
if (!existsSync(file)) {
  console.error(`eval: there is no ${file} (give a JSONL file of labelled alerts: npm run eval -- --file FILE)`);
  process.exit(2);
}
await main(file, values.json);

async function main(path: string, json: boolean): Promise<void> {
  const config = readConfig(process.env);
  const runbook = loadRunbook(config.RUNBOOK_DIR, { entries: true, protectedNamespaces: config.PROTECTED_NAMESPACES });
  const rows = readLabelled(path);
  const sets = byVariant((variant) => makeVariant(variant, rows, SEED));
  const trm = await runVariants(runbook, sets, await trmPredictor(runbook, config.MODELS_DIR, config));
  const rules = await runVariants(runbook, sets, rulesPredictor(runbook));
  const outcome: Outcome = {
    trm,
    rules,
    lookup: await runVariants(runbook, sets, lookupPredictor(runbook)),
    tfidf: await runVariants(runbook, sets, tfidfPredictor(runbook, config.MODELS_DIR)),
    chain: rules && chained(runbook, sets, trm, rules),
  };
  if (json) console.log(JSON.stringify(reportAsJson(runbook, outcome)));
  else printReport(runbook, path, outcome);
}
