import { printable } from '../../shared/text/printable.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, UserError } from '../verb.ts';
import { votesTable } from '../vote.ts';
import { readHistory } from './file.ts';
import { dataFolder, timeText } from './history.ts';
import { type DecisionRecord, votesIn } from './record.ts';

/** How an episode was decided, and what came of it. */
export const explain = defineVerb({
  name: 'explain',
  summary: 'tell how an episode was decided: every vote, what the policy said, what came of it',
  help: `Usage: agent-sre explain <episode> [options]

Tells one episode from the decisions that agent-sre run has recorded in its data folder: the vote of each tier, what the
policy made of it, and what came of it, step by step. The episode (correlationid of its events) stands in brackets in the
lines of npm start, and in agent-sre history --json; its beginning will do where only one begins so.

  --data DIR   the data folder (.agent-sre)

Exit codes: 0 told, 1 there is no such episode, 2 the folder or an option cannot be used, or several begin so.`,
  operands: { name: '<episode>', most: 1 },
  options: { data: { type: 'string', default: '.agent-sre' } },
  async run(values, [episode = ''], { out, err, width }) {
    const data = dataFolder(values.data);
    const records: DecisionRecord[] = [];
    for await (const record of readHistory(data)) if (record.episode.startsWith(episode)) records.push(record);
    const found = [...new Set(records.map((record) => record.episode))];
    if (found.length > 1) {
      throw new UserError(
        `${found.length} episodes begin so`,
        `give one whole: ${found.slice(0, 5).map(printable).join(', ')}`,
      );
    }
    if (found.length === 0) {
      err(`agent-sre: nothing is recorded of an episode ${printable(episode)} in ${data}`);
      return EXIT_FAILED;
    }
    out(explainText(records, width));
    return EXIT_OK;
  },
});

/** The episode of these records, the oldest first. */
export function explainText(records: readonly DecisionRecord[], width: number): string {
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
