import { createHash } from 'node:crypto';
import {
  ANSWER_UNIT,
  CONTINUES,
  LABEL_UNIT,
  SPECIAL_TOKENS,
  type VocabularyFile,
} from '../../functions/trm-reason/tokenizer.ts';
import { splitWords } from '../../functions/trm-reason/words.ts';
import { targetLabels } from '../../shared/runbook/decide.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { learnPieces } from './pieces.ts';
import { answerSpace } from './sample.ts';

export const VOCABULARY_LIMIT = 4096;
/** A label key of fewer entries is spelt in words. */
const LABEL_ENTRIES = 3;

/**
 * The vocabulary of a runbook: specials, the units that answers are written in, label keys, single characters, and then
 * word pieces by byte-pair merges over the words of texts until the limit.
 *
 * @param texts what the alerts of the training set say: names, annotations, label values
 */
export function learnVocabulary(runbook: Runbook, texts: Iterable<string>): VocabularyFile {
  const answers = answerSpace(runbook).units.map((unit) => ANSWER_UNIT + unit);
  const fixed = [...SPECIAL_TOKENS, ...answers, ...labelKeys(runbook).map((key) => LABEL_UNIT + key)];
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const alphabet = [...letters, ...letters.map((letter) => CONTINUES + letter)];
  const merged = learnPieces(countWords(texts), VOCABULARY_LIMIT - fixed.length - alphabet.length);
  const tokens = [...fixed, ...alphabet, ...merged];
  const sha256 = createHash('sha256').update(JSON.stringify(tokens)).digest('hex');
  return { tokens, answerTokens: SPECIAL_TOKENS.length + answers.length, sha256 };
}

/** Keys that may name a target of the policy. */
export function preferredKeys(runbook: Runbook): Set<string> {
  return new Set([...runbook.policy.targets.values()].flatMap(targetLabels));
}

function labelKeys(runbook: Runbook): string[] {
  const entries = new Map<string, number>();
  for (const key of runbook.entries.flatMap((entry) => entry.labels ?? []))
    entries.set(key, (entries.get(key) ?? 0) + 1);
  const frequent = [...entries].filter(([, count]) => count >= LABEL_ENTRIES).map(([key]) => key);
  return [...new Set([...preferredKeys(runbook), 'severity', ...frequent])].sort();
}

function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of splitWords(text)) if (!word.number) counts.set(word.text, (counts.get(word.text) ?? 0) + 1);
  }
  return counts;
}
