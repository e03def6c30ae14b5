import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadRunbook, readRunbook } from '../../../../shared/runbook/load.ts';

const GOOD = join(import.meta.dirname, '../../../fixtures/runbook/good');

type Files = Readonly<Record<string, unknown>>;

/** A folder with these files, each as JSON. */
function overlay(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'asre-overlay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return folder;
}

const load = (...overlays: Files[]) => loadRunbook([GOOD, ...overlays.map(overlay)].join(':'), { entries: true });

const look = { description: 'Look.', risk: 'observe', fill: [], parameters: { type: 'object' } };
const cases = [{ do: 'none', reason: 'mine' }];

describe('a runbook with folders of one’s own behind it', () => {
  it('has the functions of both, and of two with one name the later', () => {
    const { catalogue } = load({ 'catalogue.yaml': { functions: { 'vm-check': look, 'pod-restart': look } } });
    expect([...catalogue].map(([name, { risk }]) => `${name} ${risk}`)).toEqual([
      ...['pod-restart observe', 'pod-check-status observe', 'vm-check observe'],
    ]);
  });

  it('has the situations of both, and of two with one name the later', () => {
    const { situations } = load({ 'situations.yaml': { situations: { meta: { cases }, mine: { cases } } } });
    expect([...situations.keys()]).toEqual(['pod-crashes', 'meta', 'mine']);
    expect(situations.get('meta')?.cases).toEqual(cases);
  });

  it('adds to what is protected, and never takes away', () => {
    const { policy } = load({ 'policy.yaml': { protectedNamespaces: ['pay-*'] } });
    const asked = ['kube-system', 'pay-eu', 'shop'];
    expect(asked.filter((name) => policy.protectedNamespaces.has(name))).toEqual(['kube-system', 'pay-eu']);
  });

  it('has targets and conditions by name, grants and clusters as a whole', () => {
    const targets = { vm: [{ name: ['{{ $labels.vm }}'] }] };
    const own = { targets, conditions: { waiting: ['state="x"'] }, annotations: [], clusters: ['eu-1'] };
    const { policy } = load({ 'policy.yaml': { clusters: ['us-1'] } }, { 'policy.yaml': own });
    expect([...policy.targets.keys()]).toEqual(['pod', 'vm']);
    expect(policy.conditions.get('waiting')?.map(({ name }) => name)).toEqual(['state']);
    expect([policy.annotations, [...policy.clusters]]).toEqual([[], ['eu-1']]);
  });

  it('has the lines of a condition that lists itself, from folder to folder', () => {
    const shipped = load().policy.conditions.get('waiting') ?? [];
    const more = (line: string) => ({ 'policy.yaml': { conditions: { waiting: ['waiting', line] } } });
    const { policy } = load(more('state="x"'), more('state="y"'));
    expect(policy.conditions.get('waiting')?.slice(0, -2)).toMatchObject(
      shipped.map(({ name, value }) => ({ name, value })),
    );
    expect(policy.conditions.get('waiting')?.slice(-2)).toMatchObject([{ value: 'x' }, { value: 'y' }]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['labels of a target', { targets: { pod: [{ name: ['{{ $labels.p }}'] }] } }, /:\d+, without its pod, namespace$/],
    [
      'lines of a condition',
      { conditions: { waiting: ['state="x"'] } },
      /:\d+, without its phase=~"Pending\|Unknown"$/,
    ],
    ['nothing, where a condition lists itself', { conditions: { waiting: ['waiting'] } }, /policy\.yaml:\d+$/],
  ])('tells what an override leaves out: %s', (_, policy, expected) => {
    const [note] = readRunbook(`${GOOD}:${overlay({ 'policy.yaml': policy })}`, { entries: true }).notes();
    expect(note?.message).toMatch(expected);
  });

  it('asks the entries of the last folder first, patterns behind all others, and each id once', () => {
    const entry = (id: string, name: string) => ({ id, situation: 'meta', names: [name] });
    const first = { 'alerts/a.yaml': { alerts: [entry('a', 'A'), entry('meta', 'Mine')] } };
    const second = {
      'alerts/b.yaml': { alerts: [entry('b', 'Watchdog')] },
      'alerts/patterns.yaml': { alerts: [{ id: 'p', situation: 'meta', match: ['team="t"'] }] },
    };
    const { entries } = load(first, second);
    expect(entries.map(({ id }) => id)).toEqual(['b', 'a', 'meta', 'pod-crashes', 'any-pod', 'p']);
    expect(entries.find(({ id }) => id === 'meta')?.names).toEqual(['Mine']);
  });

  it('pins its entries by exact name unless they say otherwise, and never the shipped ones', () => {
    const alerts = [
      { id: 'mine', situation: 'meta', names: ['A'] },
      { id: 'left-to-the-model', situation: 'meta', names: ['B'], pinned: false },
      { id: 'pattern', situation: 'meta', match: ['team="t"'] },
    ];
    const { entries } = load({ 'alerts/a.yaml': { alerts } });
    expect(entries.filter(({ pinned }) => pinned).map(({ id }) => id)).toEqual(['mine']);
    const folders = `${GOOD}:${overlay({ 'alerts/a.yaml': { alerts } })}`;
    expect(loadRunbook(folders, { entries: 'pinned' }).entries.map(({ id }) => id)).toEqual(['mine']);
  });

  it('tells what takes the place of what, and where', () => {
    const folder = overlay({
      'catalogue.yaml': { functions: { 'pod-restart': look } },
      'situations.yaml': { situations: { meta: { cases } } },
      'policy.yaml': { annotations: [] },
      'alerts/a.yaml': { alerts: [{ id: 'mine', situation: 'meta', names: ['Watchdog', 'New'] }] },
    });
    const { problems, notes } = readRunbook(`${GOOD}:${folder}`, { entries: true });
    expect(problems).toEqual([]);
    expect(notes().map(({ file, line, message }) => `${file.slice(folder.length + 1)}:${line}: ${message}`)).toEqual([
      `catalogue.yaml:1: the function pod-restart overrides ${GOOD}/catalogue.yaml:2`,
      `policy.yaml:1: annotations overrides ${GOOD}/policy.yaml:2`,
      expect.stringMatching(/^situations.yaml:1: the situation meta overrides .*good\/situations.yaml:\d+$/),
      expect.stringMatching(/^alerts\/a.yaml:1: the alert name Watchdog overrides .*alerts\/pods.yaml:\d+$/),
    ]);
  });

  it.each<[string, Files, RegExp]>([
    ['holds nothing', {}, /:1: contains no catalogue\.yaml, policy\.yaml, situations\.yaml or alerts\//],
    ['has a mistake', { 'policy.yaml': { clusters: [1] } }, /policy\.yaml:1: clusters\.0 must be text/],
    [
      'uses what neither has',
      { 'situations.yaml': { situations: { mine: { cases: [{ do: 'vm-restart', reason: 'x' }] } } } },
      /situations\.yaml:1: unknown function "vm-restart"/,
    ],
  ])('is refused where one of them %s', (_, files, says) => {
    expect(() => load(files)).toThrow(says);
  });
});
