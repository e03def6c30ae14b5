import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { believedEnding } from '../../../../cli/history/believed-ending.ts';
import { openHistory, readHistory } from '../../../../cli/history/file.ts';
import { type DecisionRecord, recordOf } from '../../../../cli/history/record.ts';
import { evidenceFor, NEEDED, shortcomings } from '../../../../cli/promote/evidence.ts';
import { endingOf } from '../../../../cli/read-ending.ts';
import type { EventDefinition } from '../../../../shared/events/definition.ts';
import { buildEvent } from '../../../../shared/events/envelope.ts';
import {
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSuppressed,
  remediationVerified,
} from '../../../../shared/events/index.ts';
import { withSignature } from '../../../../shared/events/signature.ts';
import { wilson } from '../../../../shared/interval.ts';
import { type KeySource, passingKey } from '../../../../shared/keys.ts';
import { FIXTURES, NOW, run, temporaryFolder } from '../../../support/terminal.ts';

const SHIPPED = join(FIXTURES, '../../runbook');
const HOUR_MS = 3_600_000;

type Told = Partial<Omit<DecisionRecord, 'time'>> & { readonly hour?: number };
let ids = 0;

function record({ hour = 0, ...told }: Told): DecisionRecord {
  const time = new Date(NOW.getTime() - 48 * HOUR_MS + hour * HOUR_MS).toISOString();
  const pod = { lambda_function: 'pod-restart', target: 'shop/web', method: 'trm', confidence: 0.95 };
  return { id: `id${ids++}`, time, episode: 'e', outcome: 'called', text: '', ...pod, ...told };
}

/** So many episodes, each of which a person has approved, and what came of the call. */
function approved(
  count: number,
  outcome: 'verified' | 'ineffective' = 'verified',
  confidence = 0.95,
): DecisionRecord[] {
  return Array.from({ length: count }, () => `approved${ids++}`).flatMap((episode) => [
    record({ episode, outcome: 'called', approver: 'mira', confidence }),
    record({ episode, outcome, confidence }),
  ]);
}

const called = record({ outcome: 'called' });
const verified = record({ outcome: 'verified' });
const finished = (data: unknown) => record({ outcome: 'finished', event: { type: 'finished', data } });
const shadow = (episode: string) => record({ episode, outcome: 'suppressed', reason: 'shadow' });
const byHand = (told: Told) => record({ method: 'manual', outcome: 'called', ...told });

/** What is recorded; in how many calls it worked, in how many decisions people agreed, and what says nothing. */
const EVIDENCE: readonly [string, readonly DecisionRecord[], string, string, number][] = [
  ['nothing', [], '0/0', '0/0', 0],
  ['a call that worked', [called, verified], '1/1', '0/0', 0],
  ['a call that has not', [called, record({ outcome: 'ineffective' })], '0/1', '0/0', 0],
  ['a call that no Trigger takes', [record({ outcome: 'asked for' }), verified], '0/0', '0/0', 1],
  ['another function', [called, record({ outcome: 'verified', lambda_function: 'job-rerun' })], '0/0', '0/0', 0],
  ['a dry run', [called, finished({ outcome: 'done', dry_run: true }), verified], '0/0', '0/0', 1],
  ['nothing to do', [called, finished({ outcome: 'nothing_to_do' }), verified], '0/0', '0/0', 1],
  ['what was done', [called, finished({ outcome: 'done' }), verified], '1/1', '0/0', 0],
  [
    'nothing to do, and the alert fires on',
    [called, finished({ outcome: 'nothing_to_do' }), record({ outcome: 'ineffective' })],
    '0/1',
    '0/0',
    0,
  ],
  ['an approval', approved(1), '1/1', '1/1', 0],
  [
    'an approval that led to no call',
    [record({ outcome: 'waiting' }), record({ outcome: 'approved' })],
    '0/0',
    '0/0',
    1,
  ],
  [
    'a question that was denied',
    [record({ outcome: 'waiting' }), record({ outcome: 'suppressed', reason: 'denied' })],
    '0/0',
    '0/1',
    0,
  ],
  ['a denial, told twice', [0, 1].map(() => record({ outcome: 'suppressed', reason: 'denied' })), '0/0', '0/1', 0],
  ['an approved call that a person had sent', [record({ method: 'manual', approver: 'mira' })], '0/0', '0/0', 0],
  ['a recorded decision that nobody followed', [shadow('a')], '0/0', '0/0', 1],
  ['one that a person followed', [shadow('a'), shadow('a'), byHand({ episode: 'b', hour: 2 })], '0/0', '1/1', 0],
  ['two that one call of a person followed', [shadow('a'), shadow('c'), byHand({ episode: 'b' })], '0/0', '1/1', 0],
  ['one of the same episode', [shadow('a'), byHand({ episode: 'a', target: 'shop/other' })], '0/0', '1/1', 0],
  [
    'one where a person took another function',
    [shadow('a'), byHand({ lambda_function: 'rollout-undo' })],
    '0/0',
    '0/1',
    0,
  ],
  ['one where a person acted two days later', [shadow('a'), byHand({ episode: 'b', hour: 48 })], '0/0', '0/0', 1],
  ['one where a person had acted before', [byHand({ episode: 'b', hour: -2 }), shadow('a')], '0/0', '0/0', 1],
  [
    'one where a person acted elsewhere',
    [shadow('a'), byHand({ episode: 'b', target: 'shop/other' })],
    '0/0',
    '0/0',
    1,
  ],
];

function folders(records: readonly DecisionRecord[], policy = POLICY) {
  const own = temporaryFolder({ 'policy.yaml': policy });
  const data = temporaryFolder({});
  const history = openHistory(data);
  for (const one of records) history.write(one);
  history.close();
  const promote = (...args: string[]) =>
    run(['promote', '--data', data, ...args], { env: { RUNBOOK_DIR: `${SHIPPED}:${own}` } });
  return { own, data, promote, policy: () => readFileSync(join(own, 'policy.yaml'), 'utf8') };
}

/** So many calls that a person approved and that worked, each as emit-trigger tells it, recorded where a key is set or is not. */
function storyOf(count: number, { signedBy, key, unsigned_resolution }: Story): DecisionRecord[] {
  return Array.from({ length: count }, (_, index) => `${index}`).flatMap((name) => {
    const episode = { fingerprint: name, correlationId: `${name}.1` };
    const said: readonly [EventDefinition<unknown>, object][] = [
      [lambdaTrigger, { ...lambdaTrigger.example, approved_by: 'mira' }],
      [
        remediationVerified,
        { ...remediationVerified.example, ...(unsigned_resolution ? { unsigned_resolution } : {}) },
      ],
    ];
    return said.flatMap(([definition, data]) => {
      const event = buildEvent({ definition, data, episode, key: '1' }, { hop: 1 }, 'emit-trigger', NOW);
      const told = believedEnding(withSignature(event, signedBy), key, NOW);
      return told === undefined ? [] : [recordOf(told, true, NOW)];
    });
  });
}

interface Story {
  readonly signedBy?: KeySource;
  readonly key?: KeySource;
  readonly unsigned_resolution?: true;
}

const key = passingKey();
/** What is recorded, in how many calls it worked, in how many decisions people agreed, and what is left out as unsigned or forged. */
const TRUSTED: readonly [string, readonly DecisionRecord[], string, string, number, number][] = [
  ['calls that are signed', storyOf(40, { signedBy: key, key }), '40/40', '40/40', 0, 0],
  ['forgeries', storyOf(40, { key }), '0/0', '0/0', 0, 80],
  ['forgeries by another key', storyOf(40, { signedBy: passingKey(), key }), '0/0', '0/0', 0, 80],
  ['both', [...storyOf(3, { key }), ...storyOf(2, { signedBy: key, key })], '2/2', '2/2', 0, 6],
  [
    'resolutions that anyone can claim',
    storyOf(4, { signedBy: key, key, unsigned_resolution: true }),
    '0/0',
    '4/4',
    4,
    0,
  ],
  ['calls of before there was a key', [...storyOf(40, {}), ...storyOf(1, { signedBy: key, key })], '1/1', '1/1', 80, 0],
  ['calls without a key', storyOf(40, {}), '40/40', '40/40', 0, 0],
];

describe('the evidence where a key is set', () => {
  it.each(TRUSTED)('of %s', (_, records, worked, agreed, unsigned, forged) => {
    const found = evidenceFor('pod-restart', records);
    const text = ({ count, of }: { count: number; of: number }) => `${count}/${of}`;
    const left = Object.entries(found.leftOut);
    const leftOut = (what: string) => left.find(([words]) => words.startsWith(what))?.[1];
    expect([text(found.worked), text(found.agreed)]).toEqual([worked, agreed]);
    expect([leftOut('not signed'), leftOut('a forgery')]).toEqual([unsigned, forged]);
  });

  it('counts an event once, however often it is sent again', async () => {
    const records = storyOf(5, { signedBy: key, key });
    const { data } = folders([...records, ...records]);
    const read: DecisionRecord[] = [];
    for await (const one of readHistory(data)) read.push(one);
    expect(evidenceFor('pod-restart', read).worked).toEqual({ count: 5, of: 5 });
  });

  it.each([
    ['promotes on it', { signedBy: key, key }, 0, ''],
    ['is not moved by forgeries', { key }, 1, 'it has worked in 0 of 0'],
  ])('agent-sre promote %s', async (_, story, exitCode, err) => {
    const { promote } = folders(storyOf(40, story));
    const done = await promote('pod-restart');
    expect([done.exitCode, done.err]).toEqual([exitCode, expect.stringContaining(err)]);
    expect(done.out).not.toContain('nobody has signed this evidence');
  });

  it('is told where none is', async () => {
    const { promote } = folders(storyOf(40, {}));
    expect((await promote('pod-restart')).out).toContain(
      'nobody has signed this evidence (SIGNING_KEY_FILE): anyone who',
    );
  });

  it('holds no confidence that a person has claimed against what worked', () => {
    const byHand = { method: 'manual', confidence: 0.01 };
    const records = [record({ ...byHand, outcome: 'called' }), record({ ...byHand, outcome: 'verified' })];
    expect(evidenceFor('pod-restart', records).calibration.bins).toEqual([]);
  });
});

describe('the evidence', () => {
  it.each(EVIDENCE)('of %s', (_, records, worked, agreed, leftOut) => {
    const found = evidenceFor('pod-restart', records);
    const text = ({ count, of }: { count: number; of: number }) => `${count}/${of}`;
    const left = Object.values(found.leftOut).reduce((sum, count) => sum + count, 0);
    expect([text(found.worked), text(found.agreed), left]).toEqual([worked, agreed, leftOut]);
  });

  it('is read from the records of events as emit-trigger and a Lambda send them', () => {
    const denied = { ...remediationSuppressed.example, reason: 'denied' };
    const told: readonly [string, string, unknown][] = [
      ['a', lambdaTrigger.type, { ...lambdaTrigger.example, approved_by: 'mira' }],
      ['a', lambdaFinished.type, lambdaFinished.example],
      ['a', remediationVerified.type, remediationVerified.example],
      ['b', lambdaTrigger.type, lambdaTrigger.example],
      ['b', remediationIneffective.type, remediationIneffective.example],
      ['c', remediationSuppressed.type, denied],
    ];
    const records = told.map(([episode, type, data], index) => {
      const event = { attributes: { id: `e${index}`, type, correlationid: episode }, data };
      const ending = endingOf(event);
      if (ending === undefined) throw new Error(`${type} is no ending`);
      return recordOf({ said: event, ending }, true, NOW);
    });
    const { worked, agreed, calibration } = evidenceFor(lambdaTrigger.example.lambda_function, records);
    expect([worked, agreed]).toEqual([
      { count: 1, of: 2 },
      { count: 1, of: 2 },
    ]);
    expect(calibration.meanConfidence).toBe(1);
  });

  it('compares confidence with what worked', () => {
    const { calibration } = evidenceFor('pod-restart', [
      ...approved(8, 'verified', 0.99),
      ...approved(2, 'ineffective', 0.6),
    ]);
    expect(calibration.meanConfidence).toBeCloseTo(0.912);
    expect(calibration.bins).toEqual([
      { from: 0.5, to: 0.7, worked: { count: 0, of: 2 } },
      { from: 0.95, to: 1, worked: { count: 8, of: 8 } },
    ]);
  });
});

/** What comes of so many calls that worked and so many that have not, all of them approved. */
const DECISIONS: readonly [number, number, 'reversible' | 'disruptive', RegExp | undefined][] = [
  [0, 0, 'reversible', /it has worked in 0 of 0 \(0\.00 to 1\.00\), and 0\.80 at least is needed/],
  [15, 0, 'reversible', /it has worked in 15 of 15/],
  [16, 0, 'reversible', undefined],
  [16, 0, 'disruptive', /and 0\.90 at least is needed/],
  [34, 0, 'disruptive', /it has worked in 34 of 34/],
  [35, 0, 'disruptive', undefined],
  [60, 6, 'disruptive', /it has worked in 60 of 66/],
  [100, 3, 'disruptive', undefined],
];

describe('what is needed', () => {
  it.each(DECISIONS)('%i that worked and %i that have not, for what is $2', (worked, failed, risk, message) => {
    const evidence = evidenceFor('pod-restart', [...approved(worked), ...approved(failed, 'ineffective')]);
    const [why] = shortcomings(evidence, risk);
    if (message === undefined) expect(why).toBeUndefined();
    else expect(why).toMatch(message);
  });

  it('stands in the page, with the fewest calls', () => {
    const page = readFileSync(join(FIXTURES, '../../docs/what-if.md'), 'utf8');
    const fewest = (least: number) => [...Array(500).keys()].find((of) => wilson({ count: of, of }).low >= least);
    for (const risk of ['reversible', 'disruptive'] as const) {
      const { worked, agreed } = NEEDED[risk];
      expect(page).toContain(`| ${risk} | ${worked} | ${agreed} | ${fewest(Math.max(worked, agreed))} |`);
    }
  });

  it('is a confidence that is not higher than what can have worked', () => {
    const records = [...approved(40, 'verified', 0.99), ...approved(12, 'ineffective', 0.99)];
    expect(shortcomings(evidenceFor('pod-restart', records), 'reversible')).toContainEqual(
      'its confidence is 0.99 on average, and at most 0.86 worked',
    );
  });

  it('is nothing for what only looks', () => {
    expect(shortcomings(evidenceFor('pod-check-status', []), 'observe')).toEqual([]);
  });
});

const POLICY = `# Ours.
protectedNamespaces: [vault]
remediation:
  rules:
    - { namespaces: [pay-*], mode: suggest } # the auditors say so
`;

describe('agent-sre promote', () => {
  const figures =
    'worked in 40 of 40 (0.91 to 1.00), people agreed in 40 of 40 (0.91 to 1.00), which nobody has signed';
  const added = `    # 2026-11-23 agent-sre promote: ${figures}\n    - { functions: [pod-restart], mode: auto }\n`;

  it('writes a rule behind what is said of some namespaces, and prints the diff', async () => {
    const { promote, policy, own } = folders(approved(40));
    const { exitCode, out, err } = await promote('pod-restart');
    expect([exitCode, err, policy()]).toEqual([0, '', POLICY + added]);
    expect(out).toMatch(/^worked, on 1 targets +40 of 40 \(0\.91 to 1\.00\) +0\.90$/m);
    expect(out).toContain(`Apply it with git -C ${own} apply, or patch -d ${own} -p1:\n--- a/policy.yaml\n`);
    expect((await promote('pod-restart')).out).toMatch(/pod-restart is auto already\.$/);
  });

  it('refuses what has not been shown, and writes nothing', async () => {
    const { promote, policy } = folders(approved(7));
    const { exitCode, err } = await promote('pod-restart');
    expect([exitCode, policy()]).toEqual([1, POLICY]);
    expect(err.split('\n')).toEqual([
      'agent-sre: pod-restart: it has worked in 7 of 7 (0.65 to 1.00), and 0.90 at least is needed',
      'agent-sre: pod-restart: people agreed in 7 of 7 (0.65 to 1.00), and 0.90 at least is needed',
      'agent-sre: pod-restart is not promoted (--force "REASON" does it all the same, and records why)',
    ]);
  });

  it('writes the reason where it is forced, on one line', async () => {
    const { promote, policy } = folders(approved(1));
    const { exitCode, err } = await promote('pod-restart', '--force', 'the night shift\nmode: off');
    expect([exitCode, err]).toEqual([0, expect.stringContaining('0.90 at least is needed')]);
    expect(policy()).toMatch(/^ {4}# .*worked in 1 of 1 .*, forced: the night shift mode: off\n {4}- \{/m);
  });

  it('with --dry-run prints the diff and writes nothing', async () => {
    const { promote, policy } = folders(approved(40));
    const { exitCode, out } = await promote('pod-restart', '--dry-run');
    expect([exitCode, policy()]).toEqual([0, POLICY]);
    expect(out).toContain('\n+    - { functions: [pod-restart], mode: auto }');
  });

  it('needs no evidence for a person to be asked', async () => {
    const { promote, policy } = folders([], 'remediation: { modes: { disruptive: shadow } }\n');
    expect((await promote('node-cordon', '--to', 'suggest')).exitCode).toBe(0);
    expect(policy()).toContain('rules: [{ functions: [node-cordon], mode: suggest }]');
  });

  it('does not edit the shipped policy through a link either', async () => {
    const { promote } = folders(approved(40));
    const own = temporaryFolder({});
    symlinkSync(join(SHIPPED, 'policy.yaml'), join(own, 'policy.yaml'));
    const { exitCode, err } = await promote('pod-restart', '--runbook', `${SHIPPED}:${own}`);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('is the shipped runbook, which is not edited')]);
  });

  it('counts what was recorded since then', async () => {
    const { promote } = folders(approved(40));
    expect((await promote('pod-restart', '--since', '1h')).err).toContain('it has worked in 0 of 0');
  });

  it('does not edit the shipped policy, and says where to put the rule', async () => {
    const { promote } = folders(approved(40));
    const { exitCode, err } = await promote('pod-restart', '--runbook', SHIPPED);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('is the shipped runbook, which is not edited')]);
    expect(err).toContain('\nremediation:\n  rules:\n    # 2026-11-23 agent-sre promote: ');
  });

  it.each<[string, string[], string]>([
    ['no function', [], 'promote needs <function>'],
    ['a function of no catalogue', ['pod-restrat'], 'did you mean pod-restart?'],
    ['another mode', ['pod-restart', '--to', 'off'], '--to must be auto or suggest'],
    ['an empty reason', ['pod-restart', '--force', ' \n'], '--force needs a reason'],
    ['a long reason', ['pod-restart', '--force', 'x'.repeat(301)], '--force needs a reason'],
    ['a folder that is not there', ['pod-restart', '--data', '/nowhere'], 'there is no folder /nowhere'],
  ])('does not take %s', async (_, args, message) => {
    const { promote } = folders([]);
    const { exitCode, err } = await promote(...args);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
