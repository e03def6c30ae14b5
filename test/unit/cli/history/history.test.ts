import { appendFileSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Limits, openHistory, readHistory } from '../../../../cli/history/file.ts';
import { followHistory } from '../../../../cli/history/follow.ts';
import { type DecisionRecord, parseRecord, recordOf, votesIn } from '../../../../cli/history/record.ts';
import { endingOf } from '../../../../cli/read-ending.ts';
import { crashing, restart, TYPES } from '../../../support/alerts.ts';
import { canMount, smallDisk } from '../../../support/small-disk.ts';
import { NOW, run, temporaryFolder } from '../../../support/terminal.ts';

function record(id: string, type: keyof typeof TYPES, data: unknown, delivered = true, now = NOW): DecisionRecord {
  const event = { attributes: { id, type: TYPES[type], correlationid: `f.${id}` }, data };
  const ending = endingOf(event);
  if (ending === undefined) throw new Error(`${type} is no ending`);
  return recordOf({ said: event, ending }, delivered, now);
}

const matched = { method: 'rules', outcome: 'selected', reason: 'matched', entry: 'pods/crash' };
const call = { alert: crashing, ...restart, confidence: 0.987, reasoning: 'restart it', attempts: [matched] };
const called = record('a', 'trigger', { ...call, triggered_by: 'rules' });
const held = record('b', 'suppressed', { selection: { ...call, method: 'rules' }, reason: 'protected' });
const none = { method: 'static', outcome: 'none', reason: 'opted_out' };
const resting = record('c', 'unresolved', { alert: crashing, reason: 'opted_out', attempts: [none] });
const rejected = record('d', 'rejected', { code: 'ASRE_X', message: 'is not an alert', alertname: 'Odd' });

const pod = { alertname: 'KubePodCrashLooping', namespace: 'shop', target: 'shop/checkout-7c9f8d5b6-x2x7k' };
const selected = { method: 'rules', lambda_function: 'pod-restart', confidence: 0.99, entry: 'pods/crash' };

describe('a record', () => {
  it.each<[string, DecisionRecord, Partial<DecisionRecord>]>([
    ['a call', called, { ...pod, ...selected, outcome: 'called', reason: 'matched', id: 'a', episode: 'f.a' }],
    ['a call that no Trigger takes', record('a', 'trigger', call, false), { outcome: 'asked for' }],
    ['what was suppressed', held, { ...pod, ...selected, outcome: 'suppressed', reason: 'protected' }],
    ['no action', resting, { ...pod, method: 'static', outcome: 'no action', reason: 'opted_out' }],
    ['a rejection', rejected, { alertname: 'Odd', outcome: 'rejected', reason: 'ASRE_X' }],
    ['data that is not an object', record('e', 'unresolved', 7), { outcome: 'no action' }],
  ])('of %s', (_, found, expected) => {
    expect(found).toMatchObject({ time: NOW.toISOString(), ...expected });
  });

  it('holds the votes, and never the token that approves', () => {
    const selection = { ...call, method: 'rules' };
    const waiting = record('h', 'asked', {
      selection,
      reason: 'suggest',
      message: 'the policy asks',
      token: 'v1.secret',
    });
    expect(votesIn(waiting)).toMatchObject([
      { tier: 'rules', vote: 'selected', reason: 'matched', entry: 'pods/crash' },
    ]);
    expect(waiting.outcome).toBe('waiting');
    expect(JSON.stringify(waiting)).not.toContain('secret');
  });

  it('of a namespace that Prometheus has renamed', () => {
    const labels = { alertname: 'A', namespace: 'monitoring', exported_namespace: 'shop' };
    expect(record('f', 'unresolved', { alert: { labels } }).namespace).toBe('shop');
  });

  it('holds the event', () => {
    expect(called.event).toEqual({ type: TYPES.trigger, data: { ...call, triggered_by: 'rules' } });
  });

  it('holds no token of an approval', () => {
    const asked = record('k', 'unresolved', { alert: crashing, token: 'v1.secret' });
    expect(JSON.stringify(asked)).not.toContain('v1.secret');
  });

  it('holds an event with too long a text with its beginning, and no event that is too large even so', () => {
    const long = record('i', 'unresolved', { alert: crashing, reason: 'x'.repeat(40_000) });
    expect(long.event?.data).toEqual({ alert: crashing, reason: 'x'.repeat(500) });
    expect(record('j', 'unresolved', { attempts: Array(40_000).fill(1) }).event).toBeUndefined();
  });

  it('is short, however much a sender writes', () => {
    const long = record('g', 'rejected', { code: 'c', message: 'x'.repeat(1e6), alertname: 'y'.repeat(1e6) });
    expect(JSON.stringify(long).length).toBeLessThan(4_000);
    const votes = Array.from({ length: 1_000 }, () => ({ method: 'trm', reasoning: 'x'.repeat(5_000) }));
    expect(JSON.stringify(record('g', 'trigger', { attempts: votes })).length).toBeLessThan(15_000);
  });
});

function folderOf(records: readonly DecisionRecord[], limits?: Limits): string {
  const folder = temporaryFolder({});
  const history = openHistory(folder, limits);
  for (const one of records) history.write(one);
  history.close();
  return folder;
}

async function ids(folder: string): Promise<string> {
  const found: string[] = [];
  for await (const { id } of readHistory(folder)) found.push(id);
  return found.join(' ');
}

describe('the files', () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ ...called, id: `n${index}` }));
  const bytes = 2 * JSON.stringify(many[10]).length + 10;

  it('are so many, and the oldest decisions go first', async () => {
    const folder = folderOf(many, { bytes, files: 3 });
    expect(readdirSync(join(folder, 'history')).sort()).toEqual([
      'decisions.1.jsonl',
      'decisions.2.jsonl',
      'decisions.jsonl',
    ]);
    expect(await ids(folder)).toBe('n14 n15 n16 n17 n18 n19');
  });

  it('are read while they are written and go round', async () => {
    const folder = temporaryFolder({});
    const history = openHistory(folder, { bytes, files: 20 });
    const found: string[] = [];
    for (const one of many.slice(0, 10)) history.write(one);
    for await (const { id } of readHistory(folder)) {
      found.push(id);
      for (const one of many.slice(10)) history.write(one);
    }
    expect(found.slice(0, 10)).toEqual(many.slice(0, 10).map(({ id }) => id));
    history.close();
  });

  it('hold what came after a line that was cut off, and an event that came twice once', async () => {
    const folder = folderOf([called, called]);
    appendFileSync(join(folder, 'history/decisions.jsonl'), '{"id":"torn","ti');
    const again = openHistory(folder);
    again.write(held);
    again.close();
    expect(await ids(folder)).toBe('a b');
  });

  it('stay as they are while the one that is next cannot be opened', async () => {
    const folder = temporaryFolder({});
    const history = openHistory(folder, { bytes, files: 3 });
    for (const one of many.slice(0, 4)) history.write(one);
    const next = join(folder, 'history/decisions.next.jsonl');
    mkdirSync(next);
    for (const one of many.slice(4, 9)) expect(() => history.write(one)).toThrow('EISDIR');
    expect(await ids(folder)).toBe('n0 n1 n2 n3');
    rmdirSync(next);
    for (const one of many.slice(9, 11)) history.write(one);
    history.close();
    expect(await ids(folder)).toBe('n0 n1 n2 n3 n9 n10');
  });

  it.skipIf(!canMount())(
    'lose no decision after one that a full disk has cut off, and say so of that one',
    async () => {
      const folder = temporaryFolder({});
      const disk = smallDisk(join(folder, 'disk'));
      try {
        const data = join(folder, 'disk/data');
        const history = openHistory(data);
        for (const one of many.slice(0, 3)) history.write(one);
        disk.fill();
        expect(() => many.slice(3).map((one) => history.write(one))).toThrow('ENOSPC');
        disk.free();
        history.write(held);
        history.close();
        expect(await ids(data)).toMatch(/^n0 n1 n2 .*b$/);
      } finally {
        disk.unmount();
      }
    },
  );
});

it('history --follow tells what comes, over a rotation, and each once', async () => {
  const folder = folderOf([called]);
  const writer = openHistory(folder, { bytes: 200, files: 3 });
  const stopping = new AbortController();
  const found: string[] = [];
  for await (const { id } of followHistory(folder, stopping.signal)) {
    found.push(id);
    if (id === 'a') writer.write(held);
    if (id === 'b') for (const one of [held, resting]) writer.write(one);
    if (id === 'c') stopping.abort();
  }
  writer.close();
  expect(found).toEqual(['a', 'b', 'c']);
});

describe('agent-sre history', () => {
  const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
  const old = record('old', 'unresolved', { alert: crashing, reason: 'no_action' }, true, hoursAgo(9));
  const data = () => folderOf([old, called, held, resting, rejected]);

  it.each<[string[], string]>([
    [[], 'old a b c d'],
    [['--alert', 'KubePodCrashLooping'], 'old a b c'],
    [['--function', 'pod-restart'], 'a b'],
    [['--namespace', 'shop'], 'old a b c'],
    [['--namespace', 'sho'], ''],
    [['--target', 'shop/checkout-7c9f8d5b6-x2x7k'], 'old a b c'],
    [['--target', 'checkout-7c9f8d5b6-x2x7k'], 'old a b c'],
    [['--target', 'x2x7k'], ''],
    [['--since', '8h'], 'a b c d'],
    [['--since', '2026-11-22T00:00:00Z', '--alert', 'Odd'], 'd'],
  ])('%j lists %s', async (args, expected) => {
    const { out, exitCode } = await run(['history', '--json', '--data', data(), ...args]);
    const found = out.split('\n').filter(Boolean);
    expect([exitCode, found.map((line) => (JSON.parse(line) as DecisionRecord).id).join(' ')]).toEqual([0, expected]);
  });

  it('tells the votes in JSON, and not the event that holds them', async () => {
    const { out } = await run(['history', '--json', '--data', data(), '--function', 'pod-restart']);
    const [first, second] = out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as object);
    for (const line of [first, second]) {
      expect(line).toMatchObject({ votes: [{ tier: 'rules', entry: 'pods/crash' }] });
      expect(line).not.toHaveProperty('event');
    }
  });

  it('prints a table', async () => {
    const { out } = await run(['history', '--data', data()]);
    expect(out).toMatch(/^time +alert +target +decision +entry +episode$/m);
    expect(out.replace(/\s+/g, ' ')).toContain(
      '2026-11-23 02:31:00 KubePodCrashLooping shop/checkout-7c9f8d5b6-x2x7k pod-restart',
    );
  });

  it('says so where there is none', async () => {
    expect((await run(['history', '--data', temporaryFolder({})])).out).toMatch(/^no decision of these in /);
  });

  it.each([
    [['--function', 'pod-restrat'], 'nothing is recorded of --function pod-restrat: did you mean pod-restart?'],
    [['--alert', 'Odt'], 'nothing is recorded of --alert Odt: did you mean Odd?'],
    [['--namespace', 'payments', '--alert', 'Odd'], 'nothing is recorded of --namespace payments'],
    [['--alert', 'Odd', '--since', '2030-01-01'], undefined],
  ])('%j finds none, and says which name is not recorded', async (args, line) => {
    const folder = data();
    const { out } = await run(['history', '--data', folder, ...args]);
    expect(out.trimEnd().split('\n')).toEqual([`no decision of these in ${folder}`, line].filter(Boolean));
  });

  it.each([
    [['--since', 'yesterday'], '--since must be an age or a time, not "yesterday"'],
    [['--data', '/nowhere'], 'there is no folder /nowhere'],
  ])('%j is told', async (args, message) => {
    const { exitCode, err } = await run(['history', '--data', data(), ...args]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('a line of the history', () => {
  const whole = { id: '1', time: '2026-11-28T00:00:00Z', episode: 'f.1', outcome: 'called', text: '' };

  it.each<[string, unknown]>([
    ['without an episode', { ...whole, episode: { a: 1 } }],
    ['without a time', { ...whole, time: 'nope' }],
    ['whose text is a number', { ...whole, text: 5 }],
    ['that is not an object', 7],
    ['whose time is an object with a toString', { ...whole, time: { toString: 1 } }],
    ['whose target is a number', { ...whole, target: 7 }],
    ['whose confidence is null', { ...whole, confidence: null }],
    ['whose event has no type', { ...whole, event: { data: 7 } }],
  ])('%s is no record', (_, line) => {
    expect(parseRecord(JSON.stringify(whole))).toEqual(whole);
    expect(parseRecord(JSON.stringify(line))).toBeUndefined();
  });
});
