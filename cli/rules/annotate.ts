import { writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../shared/json.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { readShare } from '../../shared/text/number.ts';
import { printable } from '../../shared/text/printable.ts';
import { createChain } from '../chain.ts';
import { readTextFile } from '../input.ts';
import { patchText } from '../patch.ts';
import { progressBar } from '../progress.ts';
import { projectEnvironment } from '../project.ts';
import { defineVerb, EXIT_OK, type Terminal, UserError } from '../verb.ts';
import { type Judgement, judge } from './annotation.ts';
import { type Answer, answersOf, attemptsAt } from './answer.ts';
import { addAnnotations, applyEdits, type Edit } from './edit.ts';
import { parseRuleFile, type RuleFile, type WrittenRule } from './rule-file.ts';

const NO_MODELS = { TRM_ENABLED: 'false', GEMMA_ENABLED: 'false' };
const LEAST_CONFIDENCE = 0.9;

/** Writes the sure answers into rule files, as annotations that the static tier acts on. */
export const annotate = defineVerb({
  name: 'annotate',
  summary: 'write the sure answers into rule files as annotations, as a diff to review',
  help: `Usage: agent-sre annotate <rules.yaml ...> [options]

Asks the tiers about each alerting rule, as agent-sre coverage does, and prints a diff (for git apply or patch -p1) that adds
lambda_function, and lambda_parameters where they are needed, to the rules whose answer is sure. Comments and layout
stay. What is doubtful goes to standard error, with the reason. An annotation is acted on without any model: review it.

A look is sure if the tier that chose it is. What changes something must be chosen by the model and by the rules of the
runbook alike. Each annotation is tried against the policy before it is written.

  --write             change the files instead of printing the diff
  --min-confidence P  what an answer needs, from 0 to 1 (${LEAST_CONFIDENCE})
  --runbook DIR       runbook to decide by (RUNBOOK_DIR, or runbook/ of the project)

Exit codes: 0 done; 2 a file or a setting cannot be used.`,
  operands: { name: '<rules.yaml ...>', most: Number.POSITIVE_INFINITY },
  options: {
    write: { type: 'boolean', default: false },
    'min-confidence': { type: 'string' },
    runbook: { type: 'string' },
  },
  async run({ write, 'min-confidence': confidence, runbook: directory }, names, terminal) {
    const least = parseShare(confidence);
    const files = await Promise.all(names.map(async (name) => parseRuleFile(await readTextFile(name), name)));
    const judged = await judgeRules(
      files.flatMap(({ rules }) => rules),
      directory,
      least,
      terminal,
    );
    const edited = files.map((file) => ({ file, ...editFile(file, judged) }));
    const changes = edited.map(({ file, text }) => ({ path: file.name, before: file.text, after: text }));
    const changed = changes.filter(({ before, after }) => before !== after);
    if (write) for (const { path, after } of changed) await writeFile(path, after);
    else if (changed.length > 0) terminal.out(patchText(changed));
    report(
      edited.flatMap(({ judgements }) => judgements),
      terminal,
    );
    return EXIT_OK;
  },
});

interface Judged {
  readonly answer: Answer<WrittenRule>;
  readonly judgement: Judgement;
}

function parseShare(text: string | undefined): number {
  const share = text === undefined ? LEAST_CONFIDENCE : readShare(text);
  if (share !== undefined) return share;
  throw new UserError(`--min-confidence must be a number from 0 to 1, not "${text}"`, `such as ${LEAST_CONFIDENCE}`);
}

async function judgeRules(
  rules: readonly WrittenRule[],
  directory: string | undefined,
  least: number,
  terminal: Terminal,
): Promise<Judged[]> {
  const env = projectEnvironment(terminal.env, directory);
  const runbook = loadRunbook(env.RUNBOOK_DIR, { entries: false });
  const [chain, rulesOnly] = [createChain(env), createChain({ ...env, ...NO_MODELS })];
  try {
    const answers = await answersOf(rules, chain, (done, total) =>
      terminal.progress(progressBar(done, total, 'rules')),
    );
    const judged: Judged[] = [];
    for (const answer of answers) {
      const byRules = (await attemptsAt(answer.alert, rulesOnly)).find(({ method }) => method === 'rules');
      judged.push({ answer, judgement: judge(answer, byRules, runbook, least) });
    }
    return judged;
  } finally {
    terminal.progress('');
    await Promise.all([chain.close(), rulesOnly.close()]);
  }
}

/** The text of a file with the annotations of its sure rules, and what each rule comes to. */
function editFile(file: RuleFile, judged: readonly Judged[]): { text: string; judgements: readonly Judged[] } {
  const edits: Edit[] = [];
  const judgements = judged
    .filter(({ answer }) => file.rules.includes(answer.rule))
    .map(({ answer, judgement }): Judged => {
      if (judgement.kind !== 'annotate') return { answer, judgement };
      const placed = addAnnotations(file.text, answer.rule, judgement.annotations);
      if ('obstacle' in placed) return { answer, judgement: { kind: 'doubtful', why: placed.obstacle } };
      edits.push(placed.edit);
      return { answer, judgement };
    });
  const text = applyEdits(file.text, edits);
  checkEdit(file, text, judgements);
  return { text, judgements };
}

// The file is the user's: only what was meant may differ.
function checkEdit(file: RuleFile, text: string, judgements: readonly Judged[]): void {
  const meant = judgements.map(({ answer: { rule }, judgement }) => {
    const { annotations } = rule.fields;
    if (judgement.kind !== 'annotate') return rule.fields;
    return { ...rule.fields, annotations: { ...judgement.annotations, ...(isObject(annotations) ? annotations : {}) } };
  });
  const is = parseRuleFile(text, file.name).rules.map(({ fields }) => fields);
  if (!isDeepStrictEqual(is, meant)) throw new Error(`${file.name}: the edit changed more than the annotations`);
}

function report(judgements: readonly Judged[], terminal: Terminal): void {
  for (const { answer, judgement } of judgements) {
    if (judgement.kind === 'doubtful')
      terminal.err(printable(`${answer.rule.place}: ${answer.rule.alert}: ${judgement.why}`));
  }
  const count = (kind: Judgement['kind']) => judgements.filter(({ judgement }) => judgement.kind === kind).length;
  const rest = `${count('settled')} need nothing, ${count('doubtful')} are doubtful`;
  terminal.err(`${judgements.length} rules: ${count('annotate')} get annotations, ${rest}`);
}
