import { describe, expect, it } from 'vitest';
import { startReceiver } from '../../../support/receiver.ts';
import { NOW, run } from '../../../support/terminal.ts';

const END_S = NOW.getTime() / 1000;
const HOUR_AGO = END_S - 3_600;
const crashing = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'web-1' };

type Series = { readonly metric: unknown; readonly values: unknown };

function matrix(result: readonly unknown[]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

/** A Prometheus without rules that answers a query with this. */
async function prometheus(body: string, rules = '{"data":{"groups":[]}}') {
  return startReceiver(({ path }) => ({ status: 200, body: path.startsWith('/api/v1/rules') ? rules : body }));
}

const fires = (metric: unknown, ...times: readonly unknown[]): Series => ({
  metric,
  values: times.map((time) => [time, '1']),
});

describe('agent-sre backtest', () => {
  it('asks for what fires and since when, in seconds', async () => {
    const { url, received } = await prometheus(matrix([fires(crashing, HOUR_AGO)]));
    const { exitCode } = await run(['backtest', '--prometheus', url, '--since', '1h', '--match', 'severity="page"']);
    const asked = new URL(received[0]?.path ?? '', url).searchParams;
    expect([exitCode, asked.get('start'), asked.get('end'), asked.get('step')]).toEqual([
      ...[0, String(HOUR_AGO), String(END_S), '60'],
    ]);
    const firing = 'ALERTS{alertstate="firing",severity="page"}';
    expect(asked.get('query')).toBe(
      `ALERTS_FOR_STATE{severity="page"} and ignoring(alertstate) ${firing} or ignoring(alertstate) ${firing}`,
    );
  });

  it.each([
    ['severity=page', 'severity="page"'],
    ['namespace=~"a\\d"', 'namespace=~"a\\\\d"'],
  ])('asks with the matcher %s as PromQL has it', async (match, promql) => {
    const { url, received } = await prometheus(matrix([fires(crashing, HOUR_AGO)]));
    await run(['backtest', '--prometheus', url, '--since', '1h', '--match', match]);
    const { searchParams } = new URL(received[0]?.path ?? '', url);
    expect(searchParams.get('query')).toContain(`ALERTS_FOR_STATE{${promql}} `);
  });

  it.each([
    ['severity', 'bad matcher "severity": write label="value", with =, !=, =~ or !~'],
    ['severity=~"("', 'bad regular expression "("'],
    ['{severity="page"}', 'bad matcher "{severity=\\"page\\"}"'],
  ])('refuses the matcher %s, and says how one looks', async (match, why) => {
    const { exitCode, err } = await run(['backtest', '--prometheus', 'http://127.0.0.1:1', '--match', match]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(`agent-sre: --match: ${why}`)]);
    expect(err).toMatch(/\(such as --match 'severity="critical"' or /);
  });

  it('calls nothing and posts nothing', async () => {
    const { url, received } = await prometheus(matrix([fires(crashing, HOUR_AGO)]));
    const { out } = await run(['backtest', '--prometheus', url, '--since', '1h'], { env: { K_SINK: url } });
    expect(out).toContain('1 firings in 0.0 days: 1 calls, 0 questions');
    expect(received.every(({ path, body }) => path.startsWith('/api/v1/') && body === undefined)).toBe(true);
  });

  it('tells of rules that cannot be asked for, and goes on', async () => {
    const { url } = await prometheus(matrix([fires(crashing, HOUR_AGO)]), 'none');
    const { out, exitCode } = await run(['backtest', '--prometheus', url, '--since', '1h']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('note: no annotations: ')]);
  });

  it('tells what the server says of its answer', async () => {
    const { data } = JSON.parse(matrix([fires(crashing, HOUR_AGO)])) as { data: unknown };
    const { url } = await prometheus(JSON.stringify({ data, warnings: ['a store is away', 7] }));
    const { out } = await run(['backtest', '--prometheus', url, '--since', '1h', '--json']);
    expect((JSON.parse(out) as { notes: string[] }).notes).toContainEqual('the server says: a store is away');
  });

  it('takes rules that are not those of Prometheus for none', async () => {
    const hostile = { toString: 1, valueOf: 1 };
    const rules = [
      null,
      { name: hostile },
      { name: 'KubePodCrashLooping', labels: { pod: hostile }, annotations: [1], query: hostile },
    ];
    const groups = [null, { file: hostile, rules: hostile }, { name: hostile, rules }];
    const { url } = await prometheus(matrix([fires(crashing, HOUR_AGO)]), JSON.stringify({ data: { groups } }));
    const { exitCode, out } = await run(['backtest', '--prometheus', url, '--since', '1h', '--json']);
    expect([exitCode, JSON.parse(out)]).toMatchObject([0, { called: 1, notes: [] }]);
  });

  it('prints no control character of an alert, and not all of a long name', async () => {
    const metric = { alertname: `A\u001b[2J${'b'.repeat(5_000)}`, pod: 'a\u009bb' };
    const { url } = await prometheus(matrix([fires(metric, HOUR_AGO)]));
    const { out } = await run(['backtest', '--prometheus', url, '--since', '1h']);
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(out.length).toBeLessThan(3_000);
  });
});

/** What a server may answer that is not, or not only, Prometheus; and what is said of it. */
const HOSTILE: readonly [string, string, RegExp][] = [
  ['a page', '<html>', /query_range does not answer in JSON/],
  ['null', 'null', /it is not a matrix/],
  ['a vector', '{"data":{"resultType":"vector","result":[]}}', /it is not a matrix/],
  ['a series without values', matrix([{ metric: crashing }]), /a series has no metric or no values/],
  ['a series without a name', matrix([fires({ pod: 'a' }, HOUR_AGO)]), /a series has no alertname/],
  ['a label that is not text', matrix([fires({ alertname: 'A', pod: 7 }, HOUR_AGO)]), /a label is not text/],
  ['a sample of next year', matrix([fires(crashing, END_S + 3e7)]), /of a time that was not asked for/],
  ['a sample without a time', matrix([fires(crashing, 'now')]), /of a time that was not asked for/],
  [
    'more points than were asked for',
    matrix([fires(crashing, ...Array.from({ length: 11_001 }, () => HOUR_AGO))]),
    /has 11001 points, 360 were asked for/,
  ],
  [
    'too many alerts',
    matrix(Array.from({ length: 20_001 }, (_, index) => fires({ alertname: `A${index}` }, HOUR_AGO))),
    /more than 20,000 alerts \(ask for less by --since or --match\)/,
  ],
  [
    'too many firings',
    matrix(
      Array.from({ length: 2_000 }, (_, index) => {
        const values = Array.from({ length: 60 }, (_, minute) => [HOUR_AGO + 60 * minute, String(minute + 2)]);
        return { metric: { alertname: `A${index}` }, values };
      }),
    ),
    /more than 100,000 firings/,
  ],
];

describe('a server that answers with', () => {
  it.each(HOSTILE)('%s is named, and ends it with 1', async (_, body, message) => {
    const { url } = await prometheus(body);
    const { exitCode, err, out } = await run(['backtest', '--prometheus', url, '--since', '1h']);
    expect([exitCode, out, err, err.split('\n').length]).toEqual([1, '', expect.stringMatching(message), 1]);
  });

  it.each<[string, unknown, RegExp]>([
    ['an object', {}, /does not list alerts as Alertmanager does/],
    ['an alert without a start', [{ labels: crashing }], /alerts\[0\] has no labels, no alertname or no startsAt/],
    ['text', ['a'], /alerts\[0\] has no labels/],
    ['too many', Array(20_001).fill({}), /lists more than 20,000 alerts/],
  ])('%s for the alerts of an Alertmanager is named too', async (_, answer, message) => {
    const { url } = await startReceiver(() => ({ status: 200, body: JSON.stringify(answer) }));
    const { exitCode, err } = await run(['backtest', '--alertmanager', url]);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(message)]);
  });
});

describe('agent-sre backtest does not take', () => {
  const URL = 'http://127.0.0.1:1';
  it.each<[string, string[], string]>([
    ['no server', [], 'needs --prometheus URL or --alertmanager URL'],
    ['two servers', ['--prometheus', URL, '--alertmanager', URL], 'needs --prometheus URL or --alertmanager URL'],
    ['a time to come', ['--prometheus', URL, '--since', '2027-01-01'], 'lies in the future'],
    ['a time long ago', ['--prometheus', URL, '--since', '2020-01-01'], 'is more than a year ago'],
    ['too many steps', ['--prometheus', URL, '--step', '1s'], 'has more than 100000 steps of 1s'],
    ['a step that is not one', ['--prometheus', URL, '--step', '60'], '--step must be a duration'],
    ['a repetition that is not one', ['--prometheus', URL, '--repeat', '0s'], '--repeat must be a duration'],
    ['what is not a URL', ['--prometheus', 'prometheus'], '"prometheus" is not an http or https URL'],
  ])('%s', async (_, args, message) => {
    const { exitCode, err } = await run(['backtest', ...args]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
