import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InvokerOptions } from 'faas-js-runtime';
import { type Config, readConfig } from '../../config.ts';
import { AsreError, asAsreError } from '../../errors.ts';
import { watchSigningKeys } from '../../events/signature.ts';
import { createLog, type Log } from '../../log.ts';
import { loadTraces } from '../../traces/load.ts';
import { NO_SPAN } from '../../traces/span.ts';
import type { FunctionDefinition } from '../function.ts';
import type { RawRequest } from '../request/incoming.ts';
import { RETRY_LATER } from '../response/respond.ts';
import { answerRequest, type Running } from './endpoint.ts';
import { installListener } from './listener.ts';
import { createMetrics } from './metrics.ts';
import { createPublisher } from './publisher.ts';

const EXIT_CRASH = 70; // EX_SOFTWARE
const EXIT_CONFIG = 78; // EX_CONFIG
// The runtime exits right behind shutdown(); a response that was just written needs this long to leave the process.
const FLUSH_MS = 50;

/**
 * Runs a function on faas-js-runtime until it is told to stop. This file alone knows the runtime. What cannot start or
 * crashes is logged and exits non-zero: left to itself the runtime would exit 0 without a word.
 */
export async function serve<State>(definition: FunctionDefinition<State>): Promise<void> {
  const log = createLog(definition.name, 'info');
  process.on('uncaughtException', (error) => crash(log, error));
  process.on('unhandledRejection', (error) => crash(log, error));
  try {
    const config = readConfig(process.env);
    log.level = config.LOG_LEVEL;
    await listen(definition, config, log);
  } catch (error) {
    log.fatal({ code: asAsreError(error).code, err: error }, 'cannot start');
    process.exit(error instanceof AsreError ? EXIT_CONFIG : EXIT_CRASH);
  }
}

async function listen<State>(definition: FunctionDefinition<State>, config: Config, log: Log): Promise<void> {
  const metrics = createMetrics(definition.name);
  const publish = createPublisher(config);
  const signingKeys = watchSigningKeys(config, log);
  // The runtime is loaded while the function's own threads start: a cold start waits for the longer of the two.
  const [state, { start }, traces] = await Promise.all([
    definition.init(config, log),
    import('faas-js-runtime'),
    loadTraces(process.env, definition.name, (why) => log.warn({ why }, 'traces may be lost')),
  ]);
  const around = { config, log, metrics, publish, signingKeys, traces };
  const running: Running<State> = { definition, state, ...around, clock: () => performance.now(), span: NO_SPAN };
  const drain = createDrain(config.DRAIN_TIMEOUT_MS);
  const status = () => ({ status: drain.stopping() ? 'stopping' : 'ready', ...definition.status?.(state) });
  const shutdown = async () => {
    await drain.finish();
    await definition.close?.(state);
    await traces.close();
  };
  const server = await start(
    {
      handle: () => RETRY_LATER, // what comes before the listener below stands
      shutdown,
      liveness: (_, reply) => answerProbe(reply, 200, { status: 'alive' }),
      readiness: (_, reply) => answerProbe(reply, drain.stopping() ? 503 : 200, status()),
    },
    runtimeOptions(config),
  );
  const answer = (request: RawRequest) => drain.track(() => answerRequest(request, running));
  installListener(server as Server, { config, metrics, log, answer });
  log.info({ port: config.PORT, ...status() }, 'listening');
}

// The runtime's types lag behind its code: it takes bodyLimit, and text for the level.
function runtimeOptions(config: Config): InvokerOptions {
  const options: Record<string, unknown> = { port: config.PORT, bodyLimit: config.BODY_LIMIT_BYTES, logLevel: 'warn' };
  return options as InvokerOptions;
}

/** Counts requests in flight, so that a stop waits for them: the runtime's own stop would cut them off. */
function createDrain(timeoutMs: number) {
  let inFlight = 0;
  let stopping = false;
  return {
    stopping: () => stopping,
    async track<Result>(run: () => Promise<Result>): Promise<Result> {
      inFlight++;
      try {
        return await run();
      } finally {
        inFlight--;
      }
    },
    async finish(): Promise<void> {
      stopping = true;
      const deadline = performance.now() + timeoutMs;
      while (inFlight > 0 && performance.now() < deadline) await sleep(FLUSH_MS);
      await sleep(FLUSH_MS);
    },
  };
}

function answerProbe(reply: unknown, statusCode: number, body: object): void {
  const { code } = reply as { code: (status: number) => { send: (body: object) => void } };
  code.call(reply, statusCode).send(body);
}

function crash(log: Log, error: unknown): void {
  log.fatal({ err: error }, 'crashed');
  process.exit(EXIT_CRASH);
}
