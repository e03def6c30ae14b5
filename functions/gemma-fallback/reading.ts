import type { Alert } from '../../shared/alert/alert.ts';
import { type PolicyKeys, policyKeys } from '../../shared/runbook/keys.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { namePattern } from '../../shared/text/prose.ts';
import { alertLines, developerTurn, textOf, userTurn } from './prompt.ts';
import { type Listed, shortlist, type Vocabulary, vocabularyOf } from './shortlist.ts';
import { type Tool, toolsOf } from './tools.ts';

/** What of a runbook a function-calling model is told, made once. */
export interface Reading {
  readonly runbook: Runbook;
  readonly keys: PolicyKeys;
  readonly names: RegExp;
  readonly tools: readonly Tool[];
  readonly vocabulary: Vocabulary;
}

/** An alert as a question to the model. */
export interface Question {
  readonly listed: readonly Listed[];
  /** The user turn's text. */
  readonly text: string;
}

export function readingOf(runbook: Runbook): Reading {
  const tools = toolsOf(runbook);
  const names = namePattern([...runbook.catalogue.keys()]);
  return { runbook, keys: policyKeys(runbook.policy), names, tools, vocabulary: vocabularyOf(tools) };
}

export function questionOf({ runbook, keys, names, tools, vocabulary }: Reading, alert: Alert): Question {
  const said = textOf(runbook, keys, names, alert);
  const listed = shortlist(runbook, keys, tools, vocabulary, alert, said);
  return { listed, text: alertLines(runbook, keys, alert, said) };
}

/** Both parts of the prompt; the first is the same for every alert with these tools. */
export function promptOf({ listed, text }: Question): { prefix: string; suffix: string } {
  return { prefix: developerTurn(listed.map(({ tool }) => tool)), suffix: userTurn(text) };
}
