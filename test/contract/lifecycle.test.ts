import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashing, TYPES } from '../support/alerts.ts';
import { binary, sentByHand } from '../support/events.ts';
import { freePort, PLAIN, ROOT, type RunningFunction, runToExit, startFunction } from '../support/function.ts';
import { startSink } from '../support/sink.ts';

const EXIT_CRASH = 70;
const EXIT_CONFIG = 78;
const BLOCK_ON_SIGNAL = "process.on('SIGUSR2', () => { const end = Date.now() + 1500; while (Date.now() < end); });";

describe('a stop', () => {
  it('waits for a request that is under way, is not ready meanwhile, and ends with 0', async () => {
    const sink = await startSink({ delayMs: 1_000 });
    const router = await startFunction('alert-router', { ...PLAIN, K_SINK: sink.url });
    const answered = router.send({ headers: { 'content-type': 'application/json' }, body: webhookOfOne() });
    await sink.received(1);
    router.signal('SIGTERM');
    const readiness = () => router.send({ method: 'GET', path: '/health/readiness' });
    await expect.poll(readiness).toMatchObject({ status: 503, text: expect.stringContaining('stopping') });
    expect(await router.send({ method: 'GET', path: '/health/liveness' })).toMatchObject({ status: 200 });
    expect(await answered).toMatchObject({ status: 202 });
    expect(await router.exited).toBe(0);
    expect(sink.accepted()).toHaveLength(1);
    await sink.stop();
  });

  it('gives up on a request that takes longer than DRAIN_TIMEOUT_MS', async () => {
    const sink = await startSink({ delayMs: 20_000 });
    const router = await startFunction('alert-router', { ...PLAIN, K_SINK: sink.url, DRAIN_TIMEOUT_MS: '200' });
    const answered = router.send({ body: webhookOfOne() }).catch((error: Error) => error);
    await sink.received(1);
    router.signal('SIGTERM');
    expect(await router.exited).toBe(0);
    expect(await answered).toBeInstanceOf(Error);
    await sink.stop();
  });
});

describe('a crash', () => {
  it.each([
    ['an uncaught exception', "throw new Error('broken on purpose')"],
    ['an unhandled rejection', "Promise.reject(new Error('broken on purpose'))"],
  ])('by %s is logged and ends with another status than 0', async (_, code) => {
    const crashing = await startFunction('rule-fallback', PLAIN, `process.on('SIGUSR2', () => { ${code} });`);
    crashing.signal('SIGUSR2');
    expect(await crashing.exited).toBe(EXIT_CRASH);
    expect(crashing.log().at(-1)).toMatchObject({ level: 'fatal', msg: 'crashed' });
    expect(crashing.output()).toContain('broken on purpose');
  });
});

describe.concurrent('settings that cannot work', () => {
  it.each([
    ['PORT', 'eighty'], // the other values: test/unit/shared/config.test.ts and runtime/publisher.test.ts
    ['K_SINK', 'broker-ingress'],
    ['K_CE_OVERRIDES', '{"extensions": 5}'],
    ['WEBHOOK_TOKEN_FILE', '/nowhere/token'],
    ['WEBHOOK_BASIC_FILE', join(ROOT, 'test/fixtures/no-colon')],
  ])('%s=%s: exit 78, and the log names the variable', async (name, value) => {
    const settings = { ...PLAIN, K_SINK: 'http://127.0.0.1:9/', [name]: value };
    const { code, log } = await runToExit('alert-router', settings);
    expect(code).toBe(EXIT_CONFIG);
    expect(log.at(-1)).toMatchObject({
      level: 'fatal',
      code: 'ASRE_CONFIG_INVALID',
      err: { message: expect.stringContaining(name) },
    });
  });

  it('a runbook that is not there: exit 78, and the log names the files', async () => {
    const { code, output } = await runToExit('emit-trigger', { RUNBOOK_DIR: '/nowhere' });
    expect(code).toBe(EXIT_CONFIG);
    expect(output).toMatch(/ASRE_RUNBOOK_INVALID.*\/nowhere:1: there is no such folder/s);
  });

  it('the runbook beside the bundle, changed: it is checked again, and the log says what is wrong', async () => {
    const runbook = mkdtempSync(join(tmpdir(), 'asre-runbook-'));
    cpSync(join(ROOT, 'dist/emit-trigger/runbook'), runbook, { recursive: true });
    const policy = join(runbook, 'policy.json');
    writeFileSync(
      policy,
      readFileSync(policy, 'utf8').replace('"conditions":{', '"conditions":{"broken":["pod=~\\"(\\""],'),
    );
    const { code, output } = await runToExit('emit-trigger', { LEDGER_URL: 'memory:', RUNBOOK_DIR: runbook });
    rmSync(runbook, { recursive: true });
    expect(code).toBe(EXIT_CONFIG);
    expect(output).toMatch(/ASRE_RUNBOOK_INVALID.*policy\.json:1: bad regular expression/s);
  });

  it('a port that is taken: another status than 0', async () => {
    const taken = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => taken.listen(port, resolve));
    const { code, output } = await runToExit('emit-trigger', { ...PLAIN, PORT: String(port) });
    taken.close();
    expect(code).toBeGreaterThan(0);
    expect(output).toContain('EADDRINUSE');
  });
});

describe('a function that runs', () => {
  let rules: RunningFunction;

  beforeAll(async () => {
    rules = await startFunction('rule-fallback', PLAIN, BLOCK_ON_SIGNAL);
  });
  afterAll(() => rules.stop());

  it('has one line an event in its log: ids, types and reasons, no payload', async () => {
    await rules.send(sentByHand(TYPES.rules, { alert: crashing }));
    const lines = () => rules.log().filter(({ msg }) => msg === 'event');
    await expect.poll(lines).toEqual([
      expect.objectContaining({
        ...{ level: 'info', name: 'rule-fallback', type: TYPES.rules, outcome: 'reply', answer: TYPES.selected },
        ...{ reason: 'matched', correlationid: expect.stringMatching(/^[0-9a-f]{16}\.\d+$/), ms: expect.any(Number) },
      }),
    ]);
    expect(rules.output()).not.toContain('checkout');
  });

  it('has /metrics: Prometheus text with the events, the votes and the time that each took', async () => {
    const before = await seriesOf(rules);
    await rules.send(binary({ type: TYPES.rules }, { alert: crashing }));
    await rules.send(binary({ type: 'com.example.made-up' }, {}));
    await rules.send({ body: '{}' });
    const { status, headers, text } = await rules.send({ method: 'GET', path: '/metrics?x=1' });
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: expect.stringMatching(/^text\/plain; version=0\.0\.4/),
    });
    const after = await seriesOf(rules);
    const grown = [...after].filter(([name, value]) => value - (before.get(name) ?? 0) === 1).map(([name]) => name);
    expect(grown).toEqual(
      expect.arrayContaining([
        `agent_sre_events_total{type="${TYPES.rules}",outcome="reply",function="rule-fallback"}`,
        'agent_sre_events_total{type="other",outcome="reject",function="rule-fallback"}',
        'agent_sre_events_total{type="other",outcome="refuse",function="rule-fallback"}',
        'agent_sre_decisions_total{method="rules",outcome="selected",reason="matched",function="rule-fallback"}',
        `agent_sre_stage_duration_seconds_count{function="rule-fallback",type="${TYPES.rules}"}`,
      ]),
    );
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('stays healthy after its event loop was blocked', async () => {
    rules.signal('SIGUSR2');
    for (const path of ['/health/readiness', '/health/liveness', '/health/readiness?probe=2']) {
      expect(await rules.send({ method: 'GET', path })).toMatchObject({ status: 200 });
    }
  });
});

describe('a function with other settings', () => {
  it('is healthy as a tier without a model, and says why it will abstain', async () => {
    const trm = await startFunction('trm-reason');
    const { status, text } = await trm.send({ method: 'GET', path: '/health/readiness' });
    expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 'ready' });
    expect(text).toContain('model_not_installed');
    await trm.stop();
  });

  it('logs nothing at LOG_LEVEL=silent', async () => {
    const rules = await startFunction('rule-fallback', { ...PLAIN, LOG_LEVEL: 'silent' });
    await rules.send(sentByHand(TYPES.rules, { alert: crashing }));
    await rules.stop();
    expect(rules.log()).toEqual([]);
  });
});

function webhookOfOne(): string {
  return JSON.stringify({ version: '4', alerts: [crashing] });
}

/** The counters of a function by name and labels. */
async function seriesOf(running: RunningFunction): Promise<Map<string, number>> {
  const { text } = await running.send({ method: 'GET', path: '/metrics' });
  const lines = text.split('\n').filter((line) => line.startsWith('agent_sre_') && !line.includes('_bucket'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}
