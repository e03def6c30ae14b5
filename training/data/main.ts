import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answer, answerUnits } from '../../functions/trm-reason/answer.ts';
import { encodeAlert, INPUT_LENGTH, type Reading } from '../../functions/trm-reason/encode.ts';
import { NO_STAND_INS } from '../../functions/trm-reason/stand-ins.ts';
import {
  ANSWER_UNIT,
  createVocabulary,
  specialId,
  type Vocabulary,
  type VocabularyFile,
} from '../../functions/trm-reason/tokenizer.ts';
import { functionHashes } from '../../shared/runbook/hash.ts';
import { policyKeys } from '../../shared/runbook/keys.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import type { Runbook, Situation } from '../../shared/runbook/runbook.ts';
import { namePattern } from '../../shared/text/prose.ts';
import { readCorpus } from './corpus.ts';
import { inKnownKeys } from './known-keys.ts';
import { answerSpace, type Sample } from './sample.ts';
import { drawSplit, materials, type News, NO_NEWS, SPLITS, type Split } from './split.ts';
import { extendVocabulary, learnVocabulary } from './vocabulary.ts';

/** Most slots that an answer may take: each one costs time at every step. The model gets as many as the runbook needs. */
const ANSWER_LIMIT = 32;
const VOCABULARY_SAMPLES = 20_000;

/** Stage `data`: runbook → vocabulary.json, meta.json, and for each split inputs, answers, decisions and rows. */
function main(): void {
  const { values } = parseArgs({
    options: {
      runbook: { type: 'string', default: 'runbook' },
      out: { type: 'string', default: 'training/work/data' },
      train: { type: 'string', default: '300000' },
      unseen_entries: { type: 'string', default: '4000' },
      unseen_phrasings: { type: 'string', default: '4000' },
      calibration: { type: 'string', default: '4000' },
      corpus: { type: 'string', default: 'training/corpus' }, // '' = the runbook alone
      seed: { type: 'string', default: '1' },
      vocabulary: { type: 'string' }, // extend this one instead of learning one
      card: { type: 'string' }, // of the weights to start from: its label keys stand for new ones, as when the model reads an alert
      new_entries: { type: 'string' }, // file of entry ids, one a line, that the weights to start from have not seen
    },
  });
  const whole = loadRunbook(values.runbook, { entries: true });
  const runbook = values.card === undefined ? whole : inKnownKeys(whole, keysOfCard(values.card));
  const answerLength = checkAnswerLength(runbook);
  const corpus = values.corpus === '' ? undefined : readCorpus(values.corpus, runbook);
  const from = materials(runbook, corpus);
  mkdirSync(values.out, { recursive: true });
  const seed = Number(values.seed);
  const known = values.vocabulary === undefined ? undefined : readVocabulary(values.vocabulary);
  const file = known === undefined ? learn(runbook, from.train, seed) : extendVocabulary(runbook, known);
  const news: News = {
    situations: new Set(known === undefined ? [] : situationsUnknownTo(known, runbook)),
    entries: new Set(values.new_entries === undefined ? [] : readFileSync(values.new_entries, 'utf8').split('\n')),
  };
  writeFileSync(join(values.out, 'vocabulary.json'), JSON.stringify(file));
  const counts = {
    train: Number(values.train),
    unseen_entries: Number(values.unseen_entries),
    unseen_phrasings: Number(values.unseen_phrasings),
    calibration: Number(values.calibration),
  };
  for (const split of SPLITS) {
    const samples = drawSplit(runbook, from[split], split, counts[split], seed, split === 'train' ? news : NO_NEWS);
    writeSplit(values.out, split, samples, {
      vocabulary: createVocabulary(file),
      reading: {
        keys: policyKeys(runbook.policy),
        scrapers: runbook.policy.scrapers,
        standIns: NO_STAND_INS, // the runbook has no key left that another stands for
        names: namePattern([...runbook.catalogue.keys()]),
      },
      answerLength,
    });
  }
  const keys = policyKeys(runbook.policy);
  const risks = Object.fromEntries([...runbook.catalogue.values()].map(({ name, risk }) => [name, risk]));
  const meta = {
    inputLength: INPUT_LENGTH,
    answerLength,
    answerTokens: file.answerTokens,
    vocabularySha256: file.sha256,
    keys: [...keys.targets, ...keys.conditions],
    functions: functionHashes(runbook.catalogue),
    risks,
    splits: counts,
    corpus: corpus?.hashes,
  };
  writeFileSync(join(values.out, 'meta.json'), JSON.stringify(meta, null, 2));
  console.log(
    `${values.out}: ${file.tokens.length} tokens, ${file.answerTokens} for answers; ${JSON.stringify(counts)}`,
  );
  if (news.situations.size > 0)
    console.log(`new to that vocabulary, so drawn more often: ${[...news.situations].join(', ')}`);
}

function learn(runbook: Runbook, from: ReturnType<typeof materials>['train'], seed: number): VocabularyFile {
  const texts = function* () {
    for (const { alert } of drawSplit(runbook, from, 'train', VOCABULARY_SAMPLES, seed + 1)) {
      yield* [alert.alertname, ...Object.values(alert.annotations), ...Object.values(alert.labels)];
    }
    // Every name and phrasing counts at least once, drawn or not.
    for (const { names, phrasings } of from) yield* [...names, ...phrasings];
    for (const { description } of runbook.catalogue.values()) yield description;
  };
  return learnVocabulary(runbook, texts());
}

/** Situations whose answers a model of that vocabulary could not have written. */
function situationsUnknownTo({ tokens }: VocabularyFile, runbook: Runbook): string[] {
  const known = new Set(tokens);
  const isNew = (situation: Situation) =>
    answerSpace(runbook, [situation]).units.some((unit) => !known.has(ANSWER_UNIT + unit));
  return [...runbook.situations.values()].filter(isNew).map(({ name }) => name);
}

function keysOfCard(path: string): Set<string> {
  const { keys } = JSON.parse(readFileSync(path, 'utf8')) as { readonly keys: readonly string[] };
  return new Set(keys);
}

function readVocabulary(path: string): VocabularyFile {
  return JSON.parse(readFileSync(path, 'utf8')) as VocabularyFile;
}

interface Encoding {
  readonly vocabulary: Vocabulary;
  readonly reading: Reading;
  readonly answerLength: number;
}

function writeSplit(out: string, split: Split, samples: Iterable<Sample>, encoding: Encoding): void {
  const { vocabulary, reading, answerLength } = encoding;
  const open = (suffix: string) => openSync(join(out, `${split}.${suffix}`), 'w');
  const files = {
    inputs: open('inputs.u16'),
    answers: open('answers.u16'),
    decisions: open('decisions.u8'),
    rows: open('rows.jsonl'),
  };
  for (const sample of samples) {
    const { ids, decision } = encodeAnswer(vocabulary, sample.answer);
    writeSync(files.inputs, padded(encodeAlert(vocabulary, sample.alert, reading), INPUT_LENGTH));
    writeSync(files.answers, padded(ids, answerLength));
    writeSync(files.decisions, Uint8Array.of(decision));
    const { entry, family, situation, conditions, answer, alert } = sample;
    const also = sample.also
      .map((other) => encodeAnswer(vocabulary, other))
      .map((other) => other.ids.slice(0, other.decision));
    writeSync(
      files.rows,
      `${JSON.stringify({ function: answer.lambda_function, situation, entry, family, conditions, name: alert.alertname, also })}\n`,
    );
  }
  for (const file of Object.values(files)) closeSync(file);
}

/** The ids of an answer, [END] included. @throws {Error} where the vocabulary is of another runbook */
function encodeAnswer(vocabulary: Vocabulary, answer: Answer): { ids: number[]; decision: number } {
  const { units, decision } = answerUnits(answer);
  const ids = units.map((unit) => {
    const id = vocabulary.ids.get(ANSWER_UNIT + unit);
    if (id === undefined) throw new Error(`the vocabulary has no unit ${JSON.stringify(unit)}; learn it again`);
    return id;
  });
  return { ids: [...ids, specialId(vocabulary, '[END]')], decision };
}

/** The slots that the longest answer of the runbook takes. @throws {Error} where they are too many */
function checkAnswerLength(runbook: Runbook): number {
  const length = answerSpace(runbook).longest + 1; // [END]
  if (length <= ANSWER_LIMIT) return length;
  throw new Error(
    `the longest answer of the runbook takes ${length} tokens, the model writes ${ANSWER_LIMIT}: use fewer parameters`,
  );
}

function padded(ids: readonly number[], length: number): Uint8Array {
  const row = new Uint16Array(length);
  row.set(ids.slice(0, length));
  return new Uint8Array(row.buffer);
}

main();
