/** `npm run bench`: how fast and how dear. It measures and judges nothing; `--quick` is for trying it out. */
import { join } from 'node:path';
import { ROOT } from '../test/support/function.ts';
import { type ChainPlan, measureChain } from './chain.ts';
import { type FunctionPlan, measureFunctions } from './functions.ts';
import { type GemmaPlan, measureGemma } from './gemma.ts';
import { type LedgerPlan, measureLedgers } from './ledger.ts';
import { type ModelPlan, measureModel } from './model.ts';
import { tables, writeResults } from './report.ts';
import { measureStarts } from './starts.ts';

const quick = process.argv.includes('--quick');
const chainPlan: ChainPlan = quick
  ? { warmUp: 200, idle: 30, steadyPerSecond: 50, steady: 100, full: 500, group: 5 }
  : { warmUp: 1_500, idle: 200, steadyPerSecond: 50, steady: 500, full: 3_000, group: 5 };
const functionPlan: FunctionPlan = quick
  ? { warmUp: 300, rounds: 2, perRound: 200 }
  : { warmUp: 1_500, rounds: 4, perRound: 600 };
const modelPlan: ModelPlan = quick ? { alerts: 40, steps: 10, starts: 2 } : { alerts: 300, steps: 100, starts: 7 };
const gemmaPlan: GemmaPlan = quick ? { alerts: 8, starts: 1 } : { alerts: 40, starts: 3 };

const ledgerPlan: LedgerPlan = quick ? { alone: 200, together: 2_000 } : { alone: 1_000, together: 20_000 };

const ledger = await measureLedgers(ledgerPlan);
const model = await measureModel(modelPlan);
const gemma = await measureGemma(gemmaPlan);
const starts = await measureStarts(quick ? 3 : 15);
const functions = await measureFunctions(functionPlan);
const chain = [await measureChain('static', chainPlan), await measureChain('rules', chainPlan)];
const file = join(ROOT, 'bench/results/latest.json');
const results = {
  ...(model === undefined ? {} : { model }),
  ...(gemma === undefined ? {} : { gemma }),
  starts,
  chain,
  functions,
  ledger,
};
writeResults(file, results);
console.log(`${tables(results)}\n\nwritten to ${file}`);
process.exit();
