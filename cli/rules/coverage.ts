import { printable } from '../../shared/text/printable.ts';
import { formatTable } from '../../shared/text/table.ts';
import { createChain } from '../chain.ts';
import { readTextFile } from '../input.ts';
import { parametersText } from '../parameters.ts';
import { progressBar } from '../progress.ts';
import { projectEnvironment } from '../project.ts';
import { defineVerb, EXIT_OK, type Terminal, UserError } from '../verb.ts';
import { type Answer, answersOf } from './answer.ts';
import { fetchRules } from './loaded-rules.ts';
import { parseRuleFile, type Rule } from './rule-file.ts';

const HEADINGS = ['alert', 'answer', 'parameters', 'by', 'confidence', 'reason', 'rule'];

/** Tells what each alerting rule would get, offline. */
export const coverage = defineVerb({
  name: 'coverage',
  summary: 'show what each alerting rule would get, and which rules nobody answers',
  help: `Usage: agent-sre coverage <rules.yaml ...> [options]
       agent-sre coverage --prometheus URL [options]

Fires each alerting rule with made-up values of the labels that it names, and shows the answer of the tiers. Nothing is
sent. Takes rule files of Prometheus and PrometheusRules of its operator, in YAML or JSON, or asks a running Prometheus
for the rules that it has loaded.

  --prometheus URL    ask this Prometheus for its rules
  --unanswered        list only the rules that nobody answers
  --json              {"rules": [{"alert", "rule", "outcome", "function", "parameters", "method", "confidence", "reason"}]}
  --runbook DIR       runbook to decide by (RUNBOOK_DIR, or runbook/ of the project)

The labels that an alert really has may differ from those that its rule names: try some with agent-sre decide.
What the policy then lets happen (protected namespaces, modes, limits) is not part of the answer.

Exit codes: 0 the table is complete; 1 Prometheus gave no answer; 2 a file or a setting cannot be used.`,
  operands: { name: '<rules.yaml ...> or --prometheus URL', most: Number.POSITIVE_INFINITY, optional: true },
  options: {
    prometheus: { type: 'string' },
    unanswered: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    runbook: { type: 'string' },
  },
  async run({ prometheus, unanswered, json, runbook }, files, terminal) {
    const rules = prometheus === undefined ? await readRules(files) : await rulesOf(prometheus, files);
    const answers = await answersByRunbook(rules, runbook, terminal);
    const shown = answers.filter(({ vote }) => !unanswered || vote === undefined);
    if (json) terminal.out(JSON.stringify({ rules: shown.map(record) }, null, 2));
    else terminal.out([...tableOf(shown, terminal.width), summaryOf(answers)].join('\n'));
    return EXIT_OK;
  },
});

async function readRules(files: readonly string[]): Promise<readonly Rule[]> {
  if (files.length === 0) throw new UserError('coverage needs rule files', 'or --prometheus URL');
  const rules: Rule[] = [];
  for (const file of files) rules.push(...parseRuleFile(await readTextFile(file), file).rules);
  return rules;
}

async function rulesOf(url: string, files: readonly string[]): Promise<readonly Rule[]> {
  if (files.length > 0) throw new UserError('give rule files or --prometheus, not both', 'leave one of them out');
  const rules = await fetchRules(url);
  if (rules.length > 0) return rules;
  throw new UserError(`${url} has no alerting rule`, 'is it the URL of a Prometheus, with its path?');
}

async function answersByRunbook(
  rules: readonly Rule[],
  runbook: string | undefined,
  terminal: Terminal,
): Promise<Answer[]> {
  const chain = createChain(projectEnvironment(terminal.env, runbook));
  try {
    return await answersOf(rules, chain, (done, total) => terminal.progress(progressBar(done, total, 'rules')));
  } finally {
    terminal.progress('');
    await chain.close();
  }
}

function tableOf(answers: readonly Answer[], width: number): string[] {
  return answers.length === 0 ? [] : [formatTable(HEADINGS, answers.map(rowOf), width), ''];
}

function rowOf({ rule, vote, attempts }: Answer): string[] {
  const { lambda_function, parameters, method = '', confidence, reason, reasoning } = vote ?? attempts.at(-1) ?? {};
  const answer = vote === undefined ? 'nobody is sure' : (lambda_function ?? 'no action');
  const why = reasoning ?? reason ?? '';
  return [
    printable(rule.alert),
    answer,
    (vote && parametersText(parameters)) ?? '',
    vote === undefined ? '' : method,
    confidence?.toFixed(2) ?? '',
    printable(why),
    printable(rule.place),
  ];
}

function summaryOf(answers: readonly Answer[]): string {
  const selected = answers.filter(({ vote }) => vote?.outcome === 'selected').length;
  const none = answers.filter(({ vote }) => vote?.outcome === 'none').length;
  const nobody = answers.length - selected - none;
  return `${answers.length} rules: ${selected} get a function, ${none} no action, ${nobody} no answer`;
}

function record({ rule, vote, attempts }: Answer): Record<string, unknown> {
  const { lambda_function, parameters, method, confidence, reason } = vote ?? attempts.at(-1) ?? {};
  const call = vote === undefined ? {} : { function: lambda_function, parameters };
  return {
    alert: rule.alert,
    rule: rule.place,
    outcome: vote?.outcome ?? 'abstained',
    ...call,
    method,
    confidence,
    reason,
  };
}
