import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { compileGuard } from '../../shared/json-schema.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import type { Material } from './sample.ts';

/** A line of training/corpus/*.jsonl: facts of a public alert rule, and its text in our own words. */
const CorpusRow = Type.Object({
  id: Type.String(),
  source: Type.Integer(),
  name: Type.String({ minLength: 1 }),
  situation: Type.String(),
  labels: Type.Array(Type.String()),
  says: Type.Optional(Type.String()),
  also: Type.Optional(
    Type.Array(Type.String(), { description: 'other situations that a careful reader could defend' }),
  ),
});
type CorpusRow = Static<typeof CorpusRow>;

/** world.jsonl is trained on; of unseen.jsonl's sources some calibrate, and the others are for `npm run eval` alone. */
export interface Corpus {
  readonly world: readonly Sourced[];
  readonly calibration: readonly Sourced[];
  /** SHA-256 of each file, for the model card. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** What may be drawn from of one rule, and the repository that it is from. */
export interface Sourced {
  readonly source: number;
  readonly material: Material;
}

/** The source of unseen.jsonl with half of its rows: the public benchmark (eval/data). */
export const BENCHMARK_SOURCE = 113;

/** Reads the corpus in `folder`. @throws {Error} naming the line that does not fit, or a situation that the runbook lacks */
export function readCorpus(folder: string, runbook: Runbook): Corpus {
  const world = readFileSync(join(folder, 'world.jsonl'), 'utf8');
  const unseen = readFileSync(join(folder, 'unseen.jsonl'), 'utf8');
  return {
    world: parseRows(world, 'world.jsonl').map((row) => sourced(row, runbook)),
    calibration: parseRows(unseen, 'unseen.jsonl')
      .filter(({ source }) => source !== BENCHMARK_SOURCE)
      .map((row) => sourced(row, runbook)),
    hashes: { 'world.jsonl': sha256(world), 'unseen.jsonl': sha256(unseen) },
  };
}

function parseRows(text: string, file: string): CorpusRow[] {
  const fits = compileGuard(CorpusRow);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    const row: unknown = JSON.parse(line);
    if (!fits(row))
      throw new Error(`${file}:${index + 1}: ${fits.errors?.[0]?.message ?? 'is not a row of the corpus'}`);
    return row;
  });
}

function sourced(
  { id, source, name, situation: about, labels, says, also = [] }: CorpusRow,
  runbook: Runbook,
): Sourced {
  const find = (wanted: string) => {
    const situation = runbook.situations.get(wanted);
    if (situation === undefined) throw new Error(`${id}: the runbook has no situation "${wanted}"`);
    return situation;
  };
  const entry = { id, situation: about, names: [name], labels, matchers: [] };
  const phrasings = says === undefined ? [] : [says];
  return { source, material: { entry, situation: find(about), names: [name], phrasings, also: also.map(find) } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
