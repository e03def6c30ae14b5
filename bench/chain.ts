/** From the webhook to the lambda trigger, through the runner and all the functions. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TYPES } from '../test/support/alerts.ts';
import { ROOT, UNATTENDED } from '../test/support/function.ts';
import { type System, startSystem } from '../test/support/system.ts';
import { benchAlert, type Path, webhookOf } from './alerts.ts';
import { cpuWhile } from './cpu.ts';
import { type Latency, latencyOf, round3 } from './latency.ts';
import { type Client, createClient, flood, pace } from './load.ts';

export interface ChainResult {
  readonly path: Path;
  /** One alert at a time. */
  readonly idle: Latency;
  /** At a steady rate. */
  readonly steady: Latency & { readonly alerts_per_second: number };
  /** As many as needed. */
  readonly full: Latency & { readonly alerts: number; readonly alerts_per_second: number };
  /** Under full load. */
  readonly cpu_ms_per_alert: Readonly<Record<string, number>>;
}

export interface ChainPlan {
  readonly warmUp: number;
  readonly idle: number;
  readonly steadyPerSecond: number;
  readonly steady: number;
  readonly full: number;
  readonly group: number;
}

const CONCURRENCY = 8;
const ARRIVAL_LIMIT_MS = 120_000;

/** Measures one path on a system of its own. The models are left out: both paths are those without inference. */
export async function measureChain(path: Path, plan: ChainPlan): Promise<ChainResult> {
  const arrivals = await startArrivals();
  const runbook = `${join(ROOT, 'runbook')}:${UNATTENDED}`;
  const environment = { MODELS_DIR: join(ROOT, 'test/fixtures/no-model'), RUNBOOK_DIR: runbook };
  const system = await startSystem({ url: arrivals.url, types: [TYPES.trigger] }, environment);
  const client = createClient(system.url, CONCURRENCY);
  try {
    return await measure({ path, plan, client, arrivals, system });
  } finally {
    client.close();
    await system.stop();
    await arrivals.stop();
  }
}

interface Bench {
  readonly path: Path;
  readonly plan: ChainPlan;
  readonly client: Client;
  readonly arrivals: Arrivals;
  readonly system: System;
}

async function measure(bench: Bench): Promise<ChainResult> {
  const { path, plan, system } = bench;
  let first = 0;
  const round = async (count: number, group: number, run: Run) => {
    const timing = await sendRound(bench, first, count, group, run);
    first += count;
    return timing;
  };
  await round(plan.warmUp, 1, (posts, write) => flood(bench.client, posts, CONCURRENCY, write));
  const idle = await round(plan.idle, 1, (posts, write) => oneByOne(bench, first, posts, write));
  const steady = await round(plan.steady, 1, (posts, write) => pace(bench.client, posts, plan.steadyPerSecond, write));
  const pids = new Map([['runner', system.pid], ...(await system.pids())]);
  let full: Timing | undefined;
  const cpu = await cpuWhile(pids, async () => {
    full = await round(plan.full, plan.group, (posts, write) => flood(bench.client, posts, CONCURRENCY, write));
  });
  if (full === undefined) throw new Error('nothing was measured');
  return {
    path,
    idle: latencyOf(idle.latencies),
    steady: { alerts_per_second: plan.steadyPerSecond, ...latencyOf(steady.latencies) },
    full: {
      alerts: plan.full,
      alerts_per_second: Math.round((plan.full * 1000) / full.tookMs),
      ...latencyOf(full.latencies),
    },
    cpu_ms_per_alert: Object.fromEntries([...cpu].map(([name, ms]) => [name, round3(ms / plan.full)])),
  };
}

type Write = (post: number) => ReturnType<typeof webhookOf>;
type Run = (posts: number, write: Write) => Promise<void>;

interface Timing {
  readonly latencies: readonly number[];
  readonly tookMs: number;
}

/** Sends alerts `first` … `first + count`, in groups, and waits for the lambda trigger of each. */
async function sendRound(
  { path, arrivals }: Bench,
  first: number,
  count: number,
  group: number,
  run: Run,
): Promise<Timing> {
  const sent = new Map<string, number>();
  const started = performance.now();
  await run(Math.ceil(count / group), (post) => {
    const from = first + post * group;
    const alerts = Array.from({ length: Math.min(group, first + count - from) }, (_, i) => benchAlert(path, from + i));
    for (const { subject } of alerts) sent.set(subject, performance.now());
    return webhookOf(alerts);
  });
  await arrivals.all([...sent.keys()]);
  const ends = [...sent].map(([subject, at]) => ({ at, end: arrivals.at(subject) }));
  return {
    latencies: ends.map(({ at, end }) => end - at),
    tookMs: Math.max(...ends.map(({ end }) => end)) - started,
  };
}

async function oneByOne({ client, arrivals, path }: Bench, first: number, posts: number, write: Write): Promise<void> {
  for (let post = 0; post < posts; post++) {
    await client.post(write(post));
    await arrivals.all([benchAlert(path, first + post).subject]);
  }
}

interface Arrivals {
  readonly url: string;
  at(subject: string): number;
  /** Resolves once there is a lambda trigger for every subject. */
  all(subjects: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** The Lambda functions of the benchmark: they note when they are called. */
async function startArrivals(): Promise<Arrivals> {
  const times = new Map<string, number>();
  let notify = () => {};
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const subject = String(request.headers['ce-subject']);
      if (!times.has(subject)) times.set(subject, performance.now());
      response.writeHead(204).end();
      notify();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const arrived = (subjects: readonly string[]) => subjects.every((subject) => times.has(subject));
  return {
    url: `http://127.0.0.1:${port}/`,
    at: (subject) => times.get(subject) ?? Number.NaN,
    async all(subjects) {
      const late = setTimeout(() => notify(), ARRIVAL_LIMIT_MS);
      const deadline = performance.now() + ARRIVAL_LIMIT_MS;
      const last = subjects.at(-1) ?? '';
      while (!times.has(last) || !arrived(subjects)) {
        if (performance.now() >= deadline) throw new Error('alerts were lost, or took longer than two minutes');
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
      clearTimeout(late);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
