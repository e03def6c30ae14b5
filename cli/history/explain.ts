import { existsSync } from 'node:fs';
import { readConfig } from '../../shared/config.ts';
import { type Asked, askable } from '../../shared/runbook/explain.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { printable } from '../../shared/text/printable.ts';
import { createChain } from '../chain.ts';
import { flowsOf, inputsOf } from '../decide.ts';
import { attemptsOf, flowText } from '../flow.ts';
import { projectEnvironment } from '../project.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError } from '../verb.ts';
import { votesTable } from '../vote.ts';
import { explanationText } from './explanation-text.ts';
import { readHistory } from './file.ts';
import { dataFolder, timeText } from './history.ts';
import { type DecisionRecord, firstAlert, votesIn } from './record.ts';

/** How an alert is decided, or an episode was: why, what would change it, and what came of it. */
export const explain = defineVerb({
  name: 'explain',
  summary: 'tell how an alert is or was decided: every vote, every case of the runbook, what would change the answer',
  help: `Usage: agent-sre explain <episode> [options]
       agent-sre explain <file | - | label=value ...> [options]

Tells an episode from the decisions that agent-sre run has recorded in its data folder: the vote of each tier, what the
policy made of it, and what came of it, step by step. The episode (correlationid of its events) stands in brackets in the
lines of npm start, and in agent-sre history --json; its beginning will do where only one begins so.
Or tells what is decided on the alerts of files, standard input (-) or labels, as agent-sre decide takes them.

For both: the entry of the runbook that takes the alert, each case of its situation with the condition and the label that
decided, and the smallest change of labels or of the runbook that leads elsewhere. One label is tried, then two, of those
that the policy names. This is what the runbook says now, whatever it said when an episode was decided.

  --data DIR      the data folder (.agent-sre)
  --runbook DIR   the runbook (RUNBOOK_DIR, or runbook/ of the project)

Exit codes: 0 told, 1 there is no such episode, 2 the folder, a file or an option cannot be used, or several begin so.`,
  operands: { name: '<episode | file | - | label=value ...>', most: Number.POSITIVE_INFINITY },
  options: { data: { type: 'string', default: '.agent-sre' }, runbook: { type: 'string' } },
  async run(values, operands, terminal) {
    const [first = ''] = operands;
    const env = projectEnvironment(terminal.env, values.runbook);
    if (first === '-' || first.includes('=') || existsSync(first)) return explainAlerts(operands, env, terminal);
    if (operands.length > 1) throw new UserError('explain tells one episode', 'give one, or files');
    const data = dataFolder(values.data);
    const records = await episodeOf(data, first);
    if (records.length === 0) {
      terminal.err(`agent-sre: nothing is recorded of an episode ${printable(first)} in ${data}`);
      return EXIT_FAILED;
    }
    terminal.out(episodeText(records, terminal.width));
    const found = firstAlert(records, ({ event }) => event?.data, terminal.now());
    if (found !== undefined) terminal.out(`\n${explanationText(runbookOf(env), found.alert, votesIn(found.holder))}`);
    return EXIT_OK;
  },
});

type Environment = ReturnType<typeof projectEnvironment>;

async function explainAlerts(operands: readonly string[], env: Environment, terminal: Terminal): Promise<number> {
  const inputs = await inputsOf(operands, undefined, terminal);
  const runbook = runbookOf(env);
  const chain = createChain(env);
  try {
    const flows = await flowsOf(inputs, chain);
    const texts = flows.map((flow) => {
      const found = firstAlert(flow.events, ({ data }) => data, terminal.now());
      const explanation = found === undefined ? [] : [explanationText(runbook, found.alert, attemptsOf(flow))];
      return [flowText(flow, runbook.runbook.policy, terminal.width), ...explanation].join('\n\n');
    });
    terminal.out(texts.join('\n\n'));
    return EXIT_OK;
  } finally {
    await chain.close();
  }
}

function runbookOf(env: Environment): Asked {
  const { RUNBOOK_DIR, PROTECTED_NAMESPACES: protectedNamespaces } = readConfig(env);
  return askable(loadRunbook(RUNBOOK_DIR, { entries: true, protectedNamespaces }));
}

/** The records of the one episode that begins so. @throws {UserError} where several do */
async function episodeOf(data: string, beginning: string): Promise<DecisionRecord[]> {
  const records: DecisionRecord[] = [];
  for await (const record of readHistory(data)) if (record.episode.startsWith(beginning)) records.push(record);
  const found = [...new Set(records.map((record) => record.episode))];
  if (found.length <= 1) return records;
  throw new UserError(
    `${found.length} episodes begin so`,
    `give one whole: ${found.slice(0, 5).map(printable).join(', ')}`,
  );
}

/** The episode of these records, the oldest first. */
function episodeText(records: readonly DecisionRecord[], width: number): string {
  const about = records.find(({ alertname }) => alertname !== undefined) ?? records[0];
  const title = [about?.alertname, about?.target, `[${about?.episode}]`].filter((part) => part !== undefined);
  const votes = records.map(votesIn).find((each) => each.length > 0);
  const policy = [...new Set(records.flatMap(({ policy_hash }) => policy_hash ?? []))];
  return [
    printable(title.join(' ')),
    ...(votes === undefined ? [] : ['', votesTable(votes, width)]),
    '',
    ...records.map((record) => printable(`${timeText(record.time)}  ${MEANINGS[record.outcome]}: ${record.text}`)),
    ...(policy.length === 0 ? [] : ['', `decided by the policy ${printable(policy.join(', then '))}`]),
  ].join('\n');
}

/** What an outcome means for the episode, before the words of the event. */
const MEANINGS: Readonly<Record<DecisionRecord['outcome'], string>> = {
  'no action': 'nothing is done',
  rejected: 'an event was refused',
  suppressed: 'the policy held it back',
  waiting: 'a person was asked',
  approved: 'a person said yes',
  denied: 'a person said no',
  called: 'the Lambda function was called',
  'asked for': 'the call went out, and no Trigger takes it',
  finished: 'the Lambda function has finished',
  ineffective: 'it has not worked',
  verified: 'it has worked',
};
