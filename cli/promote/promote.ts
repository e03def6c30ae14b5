import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadRunbook, runbookFolders } from '../../shared/runbook/load.ts';
import type { Mode } from '../../shared/runbook/remediation.ts';
import { isMutating, type Runbook, riskOf } from '../../shared/runbook/runbook.ts';
import { checkFunctionName } from '../function-name.ts';
import { readHistory } from '../history/file.ts';
import { dataFolder, readSince } from '../history/history.ts';
import type { DecisionRecord } from '../history/record.ts';
import { patchText } from '../patch.ts';
import { projectEnvironment, projectFolder } from '../project.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError } from '../verb.ts';
import { type Evidence, evidenceFor, shareText, shortcomings } from './evidence.ts';
import { evidenceText } from './evidence-text.ts';
import { type Promotion, promoteIn, ruleText } from './policy-edit.ts';

/** Lets a function act with fewer people asked, where the record says that it may. */
export const promote = defineVerb({
  name: 'promote',
  summary: 'let a function act without a person, where the record says that it may; refuses otherwise',
  help: `Usage: agent-sre promote <function> [options]

Reads what agent-sre run has recorded of a function: in how many calls it has worked, in how many decisions people agreed,
how its confidence compares with that, each with its 95 % interval. Then writes a rule into the policy of your own runbook,
the last folder of RUNBOOK_DIR, and prints the diff; comments and layout stay. What changes something is refused the mode
auto without enough of it: what is needed stands in docs/what-if.md.

Where the functions sign (SIGNING_KEY_FILE), only what they have signed counts. Else anyone who can post an event to the Broker
can have written the evidence, and that is said.

  --to MODE        auto, or suggest for a function that is off or only recorded (auto)
  --force REASON   write it all the same; the reason goes into the policy, above the rule
  --dry-run        print the diff and write nothing
  --since TIME     only what was recorded since then: an age such as 30d, or a time such as 2026-11-23T02:00:00Z
  --data DIR       the data folder (.agent-sre)
  --runbook DIRS   the runbook (RUNBOOK_DIR); the folder behind the last : is yours

Exit codes: 0 written, or to be written, or so already; 1 refused; 2 the policy, the folder or an option cannot be used.`,
  operands: { name: '<function>', most: 1 },
  options: {
    to: { type: 'string', default: 'auto' },
    force: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    since: { type: 'string' },
    data: { type: 'string', default: '.agent-sre' },
    runbook: { type: 'string' },
  },
  async run({ to, force, since, data, runbook: folders, 'dry-run': dryRun }, [name = ''], terminal) {
    const directories = projectEnvironment(terminal.env, folders).RUNBOOK_DIR;
    const runbook = loadRunbook(directories, { entries: false });
    checkFunctionName(name, [...runbook.catalogue.keys()]);
    const asked = { lambdaFunction: name, mode: readMode(to), reason: readReason(force) };
    const sinceMs = since === undefined ? 0 : readSince(since, terminal.now());
    const evidence = evidenceFor(name, await recordsOf(dataFolder(data), sinceMs));
    terminal.out(evidenceText(asked, runbook, evidence, terminal.width));
    if (modeOf(runbook, name) === asked.mode) {
      terminal.out(`\n${name} is ${asked.mode} already.`);
      return EXIT_OK;
    }
    if (!isAllowed(asked, runbook, evidence, terminal)) return EXIT_FAILED;
    return write(directories, promotionOf(asked, runbook, evidence, terminal.now()), dryRun, terminal);
  },
});

interface Asked {
  readonly lambdaFunction: string;
  readonly mode: Mode;
  readonly reason: string | undefined;
}

/** Characters of a reason: it is one line of the policy. */
const REASON_LIMIT = 300;

function readMode(text: string): Mode {
  if (text === 'auto' || text === 'suggest') return text;
  throw new UserError(`--to must be auto or suggest, not "${text}"`, 'a safer mode needs no promotion');
}

function readReason(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const reason = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (reason !== '' && reason.length <= REASON_LIMIT) return reason;
  throw new UserError(
    `--force needs a reason of 1 to ${REASON_LIMIT} characters`,
    'whoever reviews the policy reads it',
  );
}

async function recordsOf(data: string, sinceMs: number): Promise<DecisionRecord[]> {
  const records: DecisionRecord[] = [];
  for await (const record of readHistory(data)) if (Date.parse(record.time) >= sinceMs) records.push(record);
  return records;
}

/** The mode of a function wherever no rule speaks of the place. */
function modeOf({ catalogue, policy }: Runbook, lambdaFunction: string): Mode {
  const risk = riskOf(catalogue, lambdaFunction);
  return policy.remediation.rule({ lambdaFunction, risk, namespace: '', cluster: '' }).mode;
}

/** Says on standard error what stands against it. */
function isAllowed({ lambdaFunction, mode, reason }: Asked, runbook: Runbook, evidence: Evidence, terminal: Terminal) {
  const risk = riskOf(runbook.catalogue, lambdaFunction);
  const needsEvidence = mode === 'auto' && isMutating(runbook.catalogue, lambdaFunction);
  const against = needsEvidence ? shortcomings(evidence, risk) : [];
  for (const why of against) terminal.err(`agent-sre: ${lambdaFunction}: ${why}`);
  if (against.length === 0 || reason !== undefined) return true;
  terminal.err(`agent-sre: ${lambdaFunction} is not promoted (--force "REASON" does it all the same, and records why)`);
  return false;
}

function promotionOf(
  { lambdaFunction, mode, reason }: Asked,
  runbook: Runbook,
  evidence: Evidence,
  now: Date,
): Promotion {
  const figures = `worked in ${shareText(evidence.worked)}, people agreed in ${shareText(evidence.agreed)}`;
  const unsigned = evidence.isSigned ? '' : ', which nobody has signed';
  const forced = reason === undefined ? '' : `, forced: ${reason}`;
  return {
    ...{ lambdaFunction, mode, risk: riskOf(runbook.catalogue, lambdaFunction) },
    comment: `${now.toISOString().slice(0, 10)} agent-sre promote: ${figures}${unsigned}${forced}`,
  };
}

function write(directories: string, promotion: Promotion, dryRun: boolean, { out }: Terminal): number {
  const file = ownFile(directories, promotion);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const promoted = promoteIn(before ?? '', promotion);
  if ('obstacle' in promoted) throw byHand(`${file}: ${promoted.obstacle}`, promotion);
  out(`\n${patchText([{ path: file, before, after: promoted.text }])}`);
  if (dryRun) return EXIT_OK;
  try {
    writeFileSync(file, promoted.text);
  } catch (error) {
    throw byHand(`${file} cannot be written: ${error instanceof Error ? error.message : error}`, promotion);
  }
  out(`\n${file} is written. It counts after the next start.`);
  return EXIT_OK;
}

/** The policy of the last folder, which is the user's. @throws {UserError} where it is the shipped one */
function ownFile(directories: string, promotion: Promotion): string {
  const folder = runbookFolders(directories).at(-1) ?? '';
  const file = join(folder, 'policy.yaml');
  const shipped = realpathSync(projectFolder('runbook'));
  const isShipped = realpathSync(folder) === shipped || (existsSync(file) && dirname(realpathSync(file)) === shipped);
  if (!isShipped) return file;
  const where = 'agent-sre init DIR makes one; then RUNBOOK_DIR names both, with : between them';
  throw byHand(
    `${folder} is the shipped runbook, which is not edited; put it into one of your own: ${where}`,
    promotion,
  );
}

function byHand(what: string, promotion: Promotion): UserError {
  const lines = ['remediation:', '  rules:', `    # ${promotion.comment}`, `    - ${ruleText(promotion)}`];
  return new UserError(`${what}. The rule is:\n${lines.join('\n')}`, '');
}
