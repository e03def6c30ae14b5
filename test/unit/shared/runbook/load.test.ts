import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AsreError } from '../../../../shared/errors.ts';
import { loadRunbook, readRunbook } from '../../../../shared/runbook/load.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/runbook');
const folder = mkdtempSync(join(tmpdir(), 'asre-runbook-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** The good runbook with the files of each mistake laid over it. */
function runbookWith(...mistakes: string[]): string {
  const directory = join(folder, mistakes.join('-and-'));
  cpSync(join(FIXTURES, 'good'), directory, { recursive: true });
  for (const mistake of mistakes) cpSync(join(FIXTURES, 'bad', mistake), directory, { recursive: true });
  return directory;
}

/** The mistake of each fixture: where it is reported, and what the report says. */
const MISTAKES: readonly [string, string, RegExp][] = [
  ['catalogue-missing-risk', 'catalogue.yaml:14', /pod-check-status must have required property 'risk'/],
  ['catalogue-unknown-risk', 'catalogue.yaml:16', /risk must/],
  ['catalogue-misspelled-key', 'catalogue.yaml:15', /unknown key "descripton"; did you mean description\?$/],
  ['catalogue-name-in-capitals', 'catalogue.yaml:2', /PodRestart/],
  ['catalogue-no-json-schema', 'catalogue.yaml:6', /pod-restart: no JSON Schema/],
  ['catalogue-unknown-target', 'catalogue.yaml:5', /unknown target "pods"; did you mean pod\? known are pod$/],
  ['catalogue-broken-yaml', 'catalogue.yaml:6', /Flow sequence/],
  [
    'policy-unknown-function',
    'policy.yaml:3',
    /unknown function "pod-reboot"; known are pod-restart, pod-check-status$/,
  ],
  ['policy-unknown-reach', 'policy.yaml:3', /target must/],
  [
    'policy-template-action',
    'policy.yaml:6',
    /bad template "{{ \.Values\.pod }}": only {{ \$labels\.name }} references/,
  ],
  ['policy-bad-matcher', 'policy.yaml:9', /bad matcher "phase is Pending": write label="value"/],
  ['policy-look-around', 'policy.yaml:9', /bad regular expression .*RE2 syntax, no look-around/],
  ['situations-unknown-function', 'situations.yaml:5', /unknown function "pod-inspect"/],
  ['situations-unknown-target', 'situations.yaml:4', /unknown target "deployment"; known are pod$/],
  ['situations-unknown-condition', 'situations.yaml:4', /unknown condition "asleep"; known are waiting, stores-data$/],
  ['situations-template-action', 'situations.yaml:4', /bad template/],
  ['situations-without-cases', 'situations.yaml:8', /cases must NOT have fewer than 1 items/],
  ['situations-without-reason', 'situations.yaml:4', /must have required property 'reason'/],
  ['alerts-unknown-situation', 'alerts/pods.yaml:2', /unknown situation "meta-alert"; known are pod-crashes, meta$/],
  ['alerts-same-id-twice', 'alerts/pods.yaml:4', /the id "meta" stands in .*pods\.yaml already/],
  ['alerts-same-id-in-two-files', 'alerts/watchdogs.yaml:2', /the id "meta" stands in .*pods\.yaml already/],
  ['alerts-out-of-reach', 'alerts/pods.yaml:3', /Watchdog never gets here: the entry "meta" takes it/],
  ['alerts-out-of-reach-in-another-file', 'alerts/zone.yaml:2', /PodOOMKilled never gets here/],
  ['alerts-taking-everything', 'alerts/pods.yaml:4', /any-pod: give names or match/],
  ['alerts-bad-matcher', 'alerts/pods.yaml:4', /bad matcher "severity \\"critical\\""/],
  ['alerts-bad-regular-expression', 'alerts/pods.yaml:4', /bad regular expression "web\(\.\*"/],
  [
    'alerts-family-of-one',
    'alerts/vouchers.yaml:3',
    /no other entry is of family "vuocher": correct its spelling or remove it/,
  ],
  ['alerts-without-names', 'alerts/pods.yaml:2', /names must NOT have fewer than 1 items/],
  ['alerts-id-in-capitals', 'alerts/pods.yaml:4', /id must match pattern/],
  ['alerts-broken-yaml', 'alerts/pods.yaml:3', /Flow map/],
  ['alerts-same-key-twice', 'alerts/pods.yaml:2', /Map keys must be unique/],
  ['alerts-that-are-text', 'alerts/pods.yaml:1', /must be object/],
];

describe('a runbook with one mistake', () => {
  it.each(MISTAKES)('%s is refused at %s', (mistake, where, says) => {
    const directory = runbookWith(mistake);
    const { problems, runbook } = readRunbook(directory, { entries: true });
    const reports = problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
    expect(reports).toContainEqual(expect.stringContaining(join(directory, where)));
    expect(reports.join('\n')).toMatch(new RegExp(says.source, 'm'));
    expect(() => loadRunbook(directory, { entries: true })).toThrow(AsreError);
    if (problems.some(({ message }) => !message.includes('JSON Schema'))) expect(runbook).toBeUndefined();
  });

  it('is told with every other mistake at once', () => {
    const directory = runbookWith('alerts-bad-matcher', 'policy-look-around', 'catalogue-unknown-target');
    const { problems } = readRunbook(directory, { entries: true });
    expect(problems.map(({ message }) => message.split(/[ "]/, 2).join(' '))).toEqual([
      'unknown target',
      'bad regular',
      'bad matcher',
    ]);
  });

  it('is expected for every fixture', () => {
    expect(MISTAKES.map(([mistake]) => mistake).sort()).toEqual(readdirSync(join(FIXTURES, 'bad')).sort());
  });
});

describe('a sound runbook', () => {
  const good = join(FIXTURES, 'good');

  it('is loaded with its entries in the order of the files', () => {
    const { entries, catalogue } = loadRunbook(good, { entries: true });
    expect(entries.map(({ id }) => id)).toEqual(['meta', 'pod-crashes', 'any-pod']);
    expect([...catalogue.keys()]).toEqual(['pod-restart', 'pod-check-status']);
  });

  it('is read folder by folder in the order of the paths, patterns.yaml after all others', () => {
    const directory = join(folder, 'folders');
    cpSync(good, directory, { recursive: true });
    rmSync(join(directory, 'alerts/pods.yaml'));
    for (const path of ['patterns.yaml', 'z/a.yaml', 'pods/patterns.yaml', 'pods/b.json', 'a.yaml']) {
      mkdirSync(dirname(join(directory, 'alerts', path)), { recursive: true });
      const id = path.replace(/[^a-z]/g, '-');
      const alerts = [{ id, situation: 'meta', names: [path] }];
      writeFileSync(join(directory, 'alerts', path), JSON.stringify({ alerts }));
    }
    const ids = loadRunbook(directory, { entries: true }).entries.map(({ id }) => id);
    expect(ids).toEqual(['a-yaml', 'pods-b-json', 'pods-patterns-yaml', 'z-a-yaml', 'patterns-yaml']);
  });

  it('may name a family by the id of an entry that names none', () => {
    const directory = join(folder, 'family');
    cpSync(good, directory, { recursive: true });
    const alerts = [
      { id: 'pod-crashes-at-start', situation: 'pod-crashes', family: 'pod-crashes', names: ['CrashAtStart'] },
    ];
    writeFileSync(join(directory, 'alerts/b.yaml'), JSON.stringify({ alerts }));
    expect(readRunbook(directory, { entries: true }).problems).toEqual([]);
  });

  it('is loaded without its entries where nobody asks for them', () => {
    expect(loadRunbook(good, { entries: false }).entries).toEqual([]);
  });

  it('reads of the entries with names those that are about an alert for which one may call a function', () => {
    const directory = join(folder, 'naming');
    cpSync(good, directory, { recursive: true });
    const alerts = [
      { id: 'left-alone', situation: 'meta', names: ['A', 'B'], match: ['team="a"'] },
      { id: 'acts', situation: 'pod-crashes', names: ['A', 'C'] },
      { id: 'nothing-to-doubt', situation: 'meta', names: ['D'] },
      { id: 'without-a-name', situation: 'pod-crashes', match: ['team="a"'] },
    ];
    writeFileSync(join(directory, 'alerts/a.yaml'), JSON.stringify({ alerts }));
    const named = loadRunbook(directory, { entries: 'named' }).entries.map(({ id }) => id);
    const own = new Set(alerts.map(({ id }) => id));
    expect(named.filter((id) => own.has(id))).toEqual(['left-alone', 'acts']);
  });

  it.each([
    ['an entry that says so', { pinned: true, names: ['A'] }, {}, ['mine']],
    ['every entry of a file that says so', { names: ['A'] }, { pinned: true }, ['mine']],
    ['not one that says no in such a file', { pinned: false, names: ['A'] }, { pinned: true }, []],
    ['no pattern of such a file', { match: ['team="a"'] }, { pinned: true }, []],
    ['none that says nothing', { names: ['A'] }, {}, []],
  ])('pins %s, and is loaded with those alone where these are asked for', (title, entry, file, pinned) => {
    const directory = join(folder, title);
    cpSync(good, directory, { recursive: true });
    const alerts = [{ id: 'mine', situation: 'meta', ...entry }];
    writeFileSync(join(directory, 'alerts/a.yaml'), JSON.stringify({ alerts, ...file }));
    expect(loadRunbook(directory, { entries: 'pinned' }).entries.map(({ id }) => id)).toEqual(pinned);
    const all = loadRunbook(directory, { entries: true }).entries;
    expect(all.filter((each) => each.pinned).map(({ id }) => id)).toEqual(pinned);
  });

  it('pins nothing without an exact name', () => {
    const directory = join(folder, 'pinned-pattern');
    cpSync(good, directory, { recursive: true });
    const alerts = [{ id: 'mine', situation: 'meta', match: ['team="a"'], pinned: true }];
    writeFileSync(join(directory, 'alerts/a.yaml'), JSON.stringify({ alerts }));
    expect(() => loadRunbook(directory, { entries: true })).toThrow(/mine: give names; only an alert's exact name/);
  });

  it('protects the namespaces of the setting beside those of the policy', () => {
    const { policy } = loadRunbook(good, { entries: false, protectedNamespaces: ['db'] });
    const names = ['kube-system', 'db', 'shop'];
    expect(names.filter((name) => policy.protectedNamespaces.has(name))).toEqual(['kube-system', 'db']);
  });

  it('may be compiled to JSON, but not stand beside it: nobody knows which one counts', () => {
    const directory = join(folder, 'compiled');
    cpSync(good, directory, { recursive: true });
    const cases = [{ do: 'none', reason: 'from JSON' }];
    const situations = { 'pod-crashes': { cases }, meta: { cases } };
    writeFileSync(join(directory, 'situations.json'), JSON.stringify({ situations }));
    expect(() => loadRunbook(directory, { entries: true })).toThrow(
      /situations\.yaml:1: stands beside situations\.json/,
    );
    rmSync(join(directory, 'situations.yaml'));
    expect(loadRunbook(directory, { entries: true }).situations.get('meta')?.cases).toEqual(cases);
  });

  it.each([
    ['a folder that is not there', join(folder, 'nowhere'), /nowhere:1: there is no such folder; name/],
    ['no folder at all', ' : ', /: names no folder/],
    ['an empty folder', makeEmpty(), /alerts:1: contains no alert entries/],
  ])('is missed in %s', (_, directory, says) => {
    expect(() => loadRunbook(directory, { entries: true })).toThrow(says);
  });

  it('ships with entries in alerts/<subject>/<topic>.yaml and one file of patterns', () => {
    const alerts = join(import.meta.dirname, '../../../../runbook/alerts');
    const files = readdirSync(alerts, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
    const elsewhere = files.filter((path) => !/^[a-z]+\/[a-z]+(-[a-z]+)*\.yaml$/.test(path));
    expect(elsewhere).toEqual(['patterns.yaml']);
    const long = files.filter((path) => readFileSync(join(alerts, path), 'utf8').split('\n').length > 601);
    expect(long, 'cut these by topic').toEqual([]);
  });
});

function makeEmpty(): string {
  const directory = join(folder, 'empty');
  mkdirSync(directory, { recursive: true });
  return directory;
}
