/** The CPU that each function takes for an event, against a bare function on the same runtime that gets the same event. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startArguments } from '../processes/start-arguments.ts';
import { TYPES } from '../test/support/alerts.ts';
import { binary } from '../test/support/events.ts';
import { type FunctionName, freePort, ROOT, UNATTENDED } from '../test/support/function.ts';
import { startSink } from '../test/support/sink.ts';
import { benchAlert, firing, webhookOf } from './alerts.ts';
import { cpuWhile } from './cpu.ts';
import { bundleEcho } from './echo.ts';
import { createClient, flood, type Request } from './load.ts';

export interface FunctionResult {
  readonly function: FunctionName;
  readonly input: string;
  readonly events: number;
  readonly cpu_us_per_event: number;
  /** What the echo function takes for the same event. */
  readonly echo_cpu_us_per_event: number;
  readonly ratio: number;
  /** With traces; without them it is as above. */
  readonly traced_cpu_us_per_event: number;
}

export interface FunctionPlan {
  readonly warmUp: number;
  readonly rounds: number;
  readonly perRound: number;
}

interface Case {
  readonly name: FunctionName;
  readonly input: string;
  readonly write: (index: number) => Request;
  /** What one request counts for. */
  readonly events?: number;
}

const CONCURRENCY = 4;
const GROUP = 10;
const READY_LIMIT_MS = 30_000;

function event(type: string, data: (index: number) => unknown): Case['write'] {
  return (index) => {
    const { headers = {}, body = '' } = binary({ type, id: `e-${index}` }, data(index));
    return { headers, body: String(body) };
  };
}

function request(index: number) {
  return { alert: firing(benchAlert('rules', index)), attempts: [] };
}

function selection(index: number) {
  const alert = firing(benchAlert('rules', index));
  const parameters = { name: alert.labels.pod ?? '', namespace: 'shop', type: 'pod' };
  const attempt = {
    method: 'rules',
    outcome: 'selected',
    reason: 'matched',
    lambda_function: 'pod-restart',
    parameters,
  };
  const decided = { method: 'rules', confidence: 1, reasoning: 'restart the failing pod', attempts: [attempt] };
  return { alert, lambda_function: 'pod-restart', parameters, ...decided };
}

export const CASES: readonly Case[] = [
  {
    name: 'alert-router',
    input: 'fired, annotated',
    write: event(TYPES.fired, (index) => firing(benchAlert('static', index))),
  },
  { name: 'alert-router', input: 'fired', write: event(TYPES.fired, (index) => firing(benchAlert('rules', index))) },
  {
    ...{ name: 'alert-router', input: `webhook of ${GROUP}, per alert, published`, events: GROUP },
    write: (index) => webhookOf(Array.from({ length: GROUP }, (_, each) => benchAlert('static', index * GROUP + each))),
  },
  { name: 'trm-reason', input: 'trm.requested, no model', write: event(TYPES.trm, request) },
  { name: 'gemma-fallback', input: 'gemma.requested', write: event(TYPES.gemma, request) },
  { name: 'rule-fallback', input: 'rules.requested', write: event(TYPES.rules, request) },
  { name: 'emit-trigger', input: 'remediation.selected', write: event(TYPES.selected, selection) },
];

/** Measures every case; the echo function alternates with ours, so that both see the same load on the machine. */
export async function measureFunctions(plan: FunctionPlan): Promise<FunctionResult[]> {
  const { folder, remove } = await bundleEcho();
  const sink = await startSink();
  const collector = await startCollector();
  const results: FunctionResult[] = [];
  try {
    for (const each of CASES) results.push(await measureCase(each, plan, folder, sink.url, collector.url));
  } finally {
    await sink.stop();
    collector.stop();
    remove();
  }
  return results;
}

async function measureCase(
  each: Case,
  plan: FunctionPlan,
  echoFolder: string,
  sinkUrl: string,
  collectorUrl: string,
): Promise<FunctionResult> {
  const settings = {
    K_SINK: sinkUrl,
    MODELS_DIR: join(ROOT, 'test/fixtures/no-model'),
    RUNBOOK_DIR: `${join(ROOT, 'runbook')}:${UNATTENDED}`, // no limit: every selection goes out
    LEDGER_URL: 'memory:',
  };
  const folder = join(ROOT, 'dist', each.name);
  const programs = {
    own: await launch(folder, settings),
    traced: await launch(folder, { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl }),
    echo: await launch(echoFolder, {}),
  };
  const used = await useInRounds(each, plan, programs);
  for (const program of Object.values(programs)) program.stop();
  const { events = 1 } = each;
  const measured = plan.rounds * Math.ceil(plan.perRound / events) * events;
  const perEvent = (ms: number) => Math.round((ms * 1000) / measured);
  return {
    ...{ function: each.name, input: each.input, events: measured },
    ...{ cpu_us_per_event: perEvent(used.own), echo_cpu_us_per_event: perEvent(used.echo) },
    ratio: Math.round((used.own * 100) / used.echo) / 100,
    traced_cpu_us_per_event: perEvent(used.traced),
  };
}

type Each<Value> = Readonly<Record<'own' | 'traced' | 'echo', Value>>;

/** The CPU in milliseconds that each program takes, in turn, for the same events; the first round warms up. */
async function useInRounds({ write, events = 1 }: Case, plan: FunctionPlan, programs: Each<Launched>) {
  // A webhook is not a CloudEvent: the echo then gets one of its alerts as an event, just as often.
  const [, plain] = CASES;
  const echoed = events === 1 ? write : (plain?.write ?? write);
  const used = { own: 0, traced: 0, echo: 0 };
  for (let round = -1, first = 0; round < plan.rounds; round++) {
    const count = round < 0 ? plan.warmUp : plan.perRound;
    const turn = async ({ pid, client }: Launched, input: Case['write'], times: number) => {
      const sent = () => flood(client, times, CONCURRENCY, (index) => input(first + index));
      return (await cpuWhile(new Map([['cpu', pid]]), sent)).get('cpu') ?? 0;
    };
    const ownMs = await turn(programs.own, write, Math.ceil(count / events));
    const tracedMs = await turn(programs.traced, write, Math.ceil(count / events));
    const echoMs = await turn(programs.echo, echoed, count);
    first += count; // an alert that was sent before would be a repetition
    if (round < 0) continue;
    used.own += ownMs;
    used.traced += tracedMs;
    used.echo += echoMs;
  }
  return used;
}

/** Takes traces, and reads none. */
async function startCollector(): Promise<{ readonly url: string; readonly stop: () => void }> {
  const server = createServer((request, response) => request.resume().once('end', () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}

interface Launched {
  readonly pid: number;
  readonly client: ReturnType<typeof createClient>;
  stop(): void;
}

async function launch(folder: string, environment: Readonly<Record<string, string>>): Promise<Launched> {
  const port = await freePort();
  const env = { PATH: process.env.PATH ?? '', ...environment, PORT: String(port) };
  const child = spawn(process.execPath, startArguments(folder), { cwd: folder, env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/`;
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  await untilListening(url, folder);
  const client = createClient(url, CONCURRENCY);
  return {
    pid: child.pid ?? 0,
    client,
    stop() {
      client.close();
      process.off('exit', stop);
      stop();
    },
  };
}

async function untilListening(url: string, folder: string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}health/liveness`).catch(() => undefined);
    if (answer !== undefined) return void (await answer.arrayBuffer());
    await sleep(50);
  }
  throw new Error(`${folder} did not start`);
}
