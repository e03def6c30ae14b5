import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { AsreError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/json.ts';
import { compileGuard } from '../../shared/json-schema.ts';
import { functionHashes } from '../../shared/runbook/hash.ts';
import { policyKeys } from '../../shared/runbook/keys.ts';
import type { Catalogue, Runbook } from '../../shared/runbook/runbook.ts';
import { namePattern } from '../../shared/text/prose.ts';
import { INPUT_LENGTH, type Reading } from './encode.ts';
import { standInsOf } from './stand-ins.ts';
import { createVocabulary, type Vocabulary, type VocabularyFile } from './tokenizer.ts';

const REMEDY = 'train it again (docs/training.md), or restore models/ and runbook/ from the same release';

const Digest = Type.Object({ sha256: Type.String() });

/** The card that training/export.py writes beside the weights, as far as the function uses it. */
const ModelCard = Type.Object(
  {
    format: Type.Literal(1),
    configuration: Type.Object({
      hidden: Type.Integer({ minimum: 1 }),
      answerLength: Type.Integer({ minimum: 1 }),
      inputLength: Type.Integer({ minimum: 1 }),
      latentCycles: Type.Integer({ minimum: 1 }),
      answerCycles: Type.Integer({ minimum: 1 }),
    }),
    vocabularySha256: Type.String(),
    /** The label keys that it was trained on. */
    keys: Type.Array(Type.String()),
    /** The functions that the model knows, each with the hash of what it knows about it (shared/runbook/hash.ts). */
    functions: Type.Record(Type.String(), Type.String()),
    confidence: Type.Object({
      halt: Type.Number({ minimum: 0 }),
      call: Type.Number({ minimum: 0 }),
      bias: Type.Number(),
    }),
    thresholds: Type.Object({
      none: Type.Number({ minimum: 0 }),
      observe: Type.Number({ minimum: 0 }),
      mutating: Type.Number({ minimum: 0 }),
    }),
    haltLogit: Type.Number(),
    files: Type.Object({ 'trm.onnx': Digest, 'tokenizer.json': Digest }),
  },
  { additionalProperties: true },
);
export type ModelCard = Static<typeof ModelCard>;

/** A model that fits its card; the weights are loaded by the worker from `weights`. */
export interface Model {
  readonly card: ModelCard;
  readonly vocabulary: Vocabulary;
  readonly reading: Reading;
  readonly weights: string;
  /** Functions that the model knows and that the catalogue has changed or lacks: no answer of it counts where there are any. */
  readonly outdated: readonly string[];
}

/**
 * The model in `directory`, or undefined where none is installed. It reads the label keys of the runbook's own policy, those that it
 * was not trained on as others (stand-ins.ts).
 *
 * @throws {AsreError} ASRE_MODEL_INVALID where files are missing or changed
 */
export function loadModel(directory: string, { catalogue, policy }: Runbook): Model | undefined {
  const files = readModelFiles(directory);
  if (files === undefined) return undefined;
  const { card, vocabulary } = files;
  const reading = {
    keys: policyKeys(policy),
    scrapers: policy.scrapers,
    standIns: standInsOf(policy, new Set(card.keys)),
    names: namePattern(Object.keys(card.functions)),
  };
  const outdated = outdatedFunctions(card, catalogue);
  return { card, vocabulary, reading, weights: join(directory, 'trm.onnx'), outdated };
}

/**
 * The card and the vocabulary in `directory`, or undefined where no model is installed.
 *
 * @throws {AsreError} ASRE_MODEL_INVALID where files are missing or changed
 */
export function readModelFiles(directory: string): Pick<Model, 'card' | 'vocabulary'> | undefined {
  const path = join(directory, 'trm.json');
  if (!existsSync(path)) return undefined;
  const card = parseCard(path);
  for (const [name, { sha256 }] of Object.entries(card.files)) {
    if (digest(read(join(directory, name))) !== sha256)
      throw invalid(`${name} is not the file that trm.json describes`);
  }
  const { inputLength } = card.configuration;
  if (inputLength !== INPUT_LENGTH)
    throw invalid(`the model reads ${inputLength} tokens, this version ${INPUT_LENGTH}`);
  const file = JSON.parse(read(join(directory, 'tokenizer.json')).toString('utf8')) as VocabularyFile;
  if (digest(Buffer.from(JSON.stringify(file.tokens))) !== card.vocabularySha256) {
    throw invalid('tokenizer.json holds another vocabulary than the model was trained with');
  }
  return { card, vocabulary: createVocabulary(file) };
}

/**
 * The same for whoever measures the model.
 *
 * @throws {AsreError} ASRE_MODEL_INVALID also where the catalogue has outgrown it
 */
export function loadCurrentModel(directory: string, runbook: Runbook): Model | undefined {
  const model = loadModel(directory, runbook);
  const outdated = model && outdatedText(model);
  if (outdated !== undefined) throw new AsreError('ASRE_MODEL_INVALID', outdated);
  return model;
}

/** What is wrong with a model that its runbook has outgrown, with the fix; undefined where it still fits. */
export function outdatedText({ outdated }: Model): string | undefined {
  if (outdated.length === 0) return undefined;
  return `the model was trained for another ${outdated.join(', ')} than the catalogue has, so it decides nothing; ${REMEDY}`;
}

// What the catalogue has beside them, the model cannot choose: rules and pinned entries can.
function outdatedFunctions(card: ModelCard, catalogue: Catalogue): string[] {
  const current = functionHashes(catalogue);
  return Object.entries(card.functions)
    .filter(([name, hash]) => !Object.hasOwn(current, name) || current[name] !== hash)
    .map(([name]) => name);
}

function parseCard(path: string): ModelCard {
  const card = parseJson(read(path).toString('utf8'));
  const validate = compileGuard(ModelCard);
  if (validate(card)) return card;
  const [error] = validate.errors ?? [];
  throw invalid(`trm.json${error?.instancePath ?? ''} ${error?.message ?? 'is invalid'}`);
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AsreError('ASRE_MODEL_INVALID', `cannot read ${path}; ${REMEDY}`, { cause });
  }
}

function digest(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function invalid(message: string): AsreError {
  return new AsreError('ASRE_MODEL_INVALID', `${message}; ${REMEDY}`);
}
