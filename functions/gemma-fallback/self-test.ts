import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { compileGuard } from '../../shared/json-schema.ts';
import type { Loaded } from './answerer.ts';
import { type ModelDirectory, ModelProblem, readJsonFile } from './directory.ts';
import { emptyCache, extend } from './graph.ts';
import { declaration, TRIGGER, userTurn } from './prompt.ts';

/** What was recorded when the model was prepared: the ids that it goes on with behind a prompt, the likeliest each. */
const SelfTest = Type.Object({ prompt: Type.String(), ids: Type.Array(Type.Integer()) });
type SelfTest = Static<typeof SelfTest>;

const SELF_TEST = 'self-test.json';
const FIX = 'a file is damaged, or this export does not work on this CPU: take model.onnx; see docs/gemma.md';
/** A part of the logits' range: keys and values of a quantised graph are not the same where they were read at once. */
const TOLERANCE = 0.05;
/** The example of Google's documentation. */
const PROMPT = `<bos><start_of_turn>developer\n${TRIGGER}${declaration(
  'get_current_temperature',
  'Gets the current temperature for a given location.',
  [{ key: 'location', type: 'STRING', description: 'The city name, e.g. San Francisco', required: true, options: [] }],
)}<end_of_turn>\n${userTurn("What's the temperature in London?")}`;

/**
 * Runs the model on a fixed prompt, at once and in two parts through its cache, and compares it with what was recorded where
 * there is a record.
 *
 * @throws {ModelProblem}
 */
export async function selfTest({ path, graph }: ModelDirectory, model: Loaded): Promise<void> {
  const ids = model.tokenizer.encode(PROMPT);
  const whole = await read(model, ids);
  if (whole.some((logit) => !Number.isFinite(logit))) throw new ModelProblem(graph, 'computes no finite numbers', FIX);
  const parts = await readInParts(model, ids);
  const range = Math.max(...extremes(whole).map(Math.abs), 1e-6);
  const apart = whole.reduce((most, logit, id) => Math.max(most, Math.abs(logit - (parts[id] ?? Number.NaN))), 0);
  if (!(apart <= TOLERANCE * range)) {
    throw new ModelProblem(graph, `its cache changes the answer: logits differ by ${apart.toPrecision(2)}`, FIX);
  }
  const recorded = recordOf(path);
  if (recorded !== undefined && !(await repeats(model, recorded))) {
    throw new ModelProblem(graph, `does not go on as ${SELF_TEST} has it`, FIX);
  }
}

async function read({ session, layout }: Loaded, ids: readonly number[]): Promise<Float32Array> {
  return (await extend(session, layout, emptyCache(layout), ids, ignore)).logits;
}

async function readInParts({ session, layout }: Loaded, ids: readonly number[]): Promise<Float32Array> {
  const middle = ids.length >> 1;
  const { cache } = await extend(session, layout, emptyCache(layout), ids.slice(0, middle), ignore);
  return (await extend(session, layout, cache, ids.slice(middle), ignore)).logits;
}

function recordOf(path: string): SelfTest | undefined {
  if (!existsSync(join(path, SELF_TEST))) return undefined;
  const record = readJsonFile(path, SELF_TEST);
  if (compileGuard(SelfTest)(record)) return record as SelfTest;
  throw new ModelProblem(SELF_TEST, 'has no prompt and ids', 'record it again, or remove it; see docs/gemma.md');
}

async function repeats({ session, layout, tokenizer }: Loaded, { prompt, ids }: SelfTest): Promise<boolean> {
  let { logits, cache } = await extend(session, layout, emptyCache(layout), tokenizer.encode(prompt), ignore);
  for (const expected of ids) {
    if (likeliest(logits) !== expected) return false;
    ({ logits, cache } = await extend(session, layout, cache, [expected], ignore));
  }
  return true;
}

function likeliest(logits: Float32Array): number {
  return logits.reduce((best, logit, id) => (logit > (logits[best] ?? Number.NaN) ? id : best), 0);
}

function extremes(logits: Float32Array): [number, number] {
  return logits.reduce<[number, number]>(
    ([least, most], logit) => [Math.min(least, logit), Math.max(most, logit)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

function ignore(): void {}
