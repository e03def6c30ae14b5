import { createHash } from 'node:crypto';
import {
  ANSWER_UNIT,
  CONTINUES,
  LABEL_UNIT,
  SPECIAL_TOKENS,
  type VocabularyFile,
} from '../../functions/trm-reason/tokenizer.ts';
import { policyKeys } from '../../shared/runbook/keys.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { splitWords } from '../../shared/text/words.ts';
import { learnPieces } from './pieces.ts';
import { answerSpace } from './sample.ts';

export const VOCABULARY_LIMIT = 4096;

/**
 * The vocabulary of a runbook: specials, the units that answers are written in, label keys, single characters, and then
 * word pieces by byte-pair merges over the words of texts until the limit.
 *
 * @param texts what the alerts of the training set say: names, annotations, label values
 */
export function learnVocabulary(runbook: Runbook, texts: Iterable<string>): VocabularyFile {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const alphabet = [...letters, ...letters.map((letter) => CONTINUES + letter)];
  const head = [...answerTokens(runbook), ...labelTokens(labelKeys(runbook)), ...alphabet];
  const merged = learnPieces(countWords(texts), VOCABULARY_LIMIT - SPECIAL_TOKENS.length - head.length);
  return vocabularyFile(runbook, [...head, ...merged]);
}

/**
 * Another vocabulary with the units of this runbook's answers and targets, so that a model that knows that one reads words as
 * before. What they leave no room for are the rarest word pieces.
 */
export function extendVocabulary(runbook: Runbook, known: VocabularyFile): VocabularyFile {
  const read = known.tokens.slice(known.answerTokens);
  const added = labelTokens(labelKeys(runbook)).filter((token) => !read.includes(token));
  return vocabularyFile(runbook, [...answerTokens(runbook), ...added, ...read]);
}

function vocabularyFile(runbook: Runbook, units: readonly string[]): VocabularyFile {
  const tokens = [...SPECIAL_TOKENS, ...units].slice(0, VOCABULARY_LIMIT);
  const sha256 = createHash('sha256').update(JSON.stringify(tokens)).digest('hex');
  return { tokens, answerTokens: SPECIAL_TOKENS.length + answerTokens(runbook).length, sha256 };
}

function answerTokens(runbook: Runbook): string[] {
  return answerSpace(runbook).units.map((unit) => ANSWER_UNIT + unit);
}

function labelTokens(keys: Iterable<string>): string[] {
  return [...keys].map((key) => LABEL_UNIT + key);
}

/** The label keys that the model is shown. */
function labelKeys({ policy }: Runbook): Set<string> {
  const { targets, conditions } = policyKeys(policy);
  return new Set([...targets, ...conditions]);
}

function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of splitWords(text)) if (!word.number) counts.set(word.text, (counts.get(word.text) ?? 0) + 1);
  }
  return counts;
}
