/** Wires the broker, the functions and the port together, and takes them down in order. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedBroker } from '../../broker/broker.ts';
import type { Journal } from '../../broker/journal.ts';
import { type Eventing, parseEventing, TriggerFileError } from '../../eventing/trigger.ts';
import { bundledFunctions, LocalFunction } from '../../processes/functions.ts';
import type { Config } from '../../shared/config.ts';
import { lambdaTrigger } from '../../shared/events/index.ts';
import { watchSigningKeys } from '../../shared/events/signature.ts';
import { createHttpClient, type HttpClient } from '../../shared/http/client.ts';
import type { KeySource } from '../../shared/keys.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { loadTraces } from '../../shared/traces/load.ts';
import type { Traces } from '../../shared/traces/span.ts';
import { existingFolder } from '../folder.ts';
import { type HistoryWriter, openHistory } from '../history/file.ts';
import { openQueue } from '../queue.ts';
import { type Terminal, UserError } from '../verb.ts';
import { addressOf, readyFunction } from './address.ts';
import { approvalKey } from './approval-key.ts';
import { mergeMetrics } from './collect.ts';
import { conclude, type Observer } from './conclude.ts';
import { runnerConsole } from './console.ts';
import { isWanted, lambdaSettings, lambdaTriggers } from './lambdas.ts';
import { ledgerOf } from './ledger.ts';
import { createRunnerMetrics } from './metrics.ts';
import type { Options } from './options.ts';
import { ANYONE, readSenders, type Senders } from './senders.ts';
import { listen, urlOf } from './server.ts';
import { readSettings } from './settings.ts';
import { statusText } from './status.ts';

/** A running system. */
export interface Runner {
  readonly url: string;
  readonly broker: EmbeddedBroker;
  readonly eventing: Eventing;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** Ends everything in order: deliveries, functions, port, journal. */
  stop(): Promise<void>;
}

const ENTRANCE = 'alert-router';

/**
 * Starts everything; resolves when events are accepted. Functions may still be starting then.
 *
 * @throws {UserError | AsreError} before a function starts, where a file, a setting or the port cannot be used
 */
export async function startRunner(
  options: Options,
  env: Terminal['env'],
  report: (message: string) => void,
  observe: Observer,
): Promise<Runner> {
  const eventing = readTriggers(options);
  const bundled = bundledFunctions(options.functions);
  checkServices(eventing, bundled, options);
  const names = bundled.filter((name) => name === ENTRANCE || isWanted(name, eventing, options));
  const { config, paths, runbook, notes } = readSettings(env, options.functions);
  for (const note of notes) report(note);
  const traces = await loadTraces(env, 'broker', (why) => report(`traces may be lost: ${why}`));
  const drain = env.DRAIN_TIMEOUT_MS ?? String(Math.max(0, options.graceMs - 1000));
  const journal = await openQueue(options.data, options.sync);
  const history = openHistory(options.data);
  const dispatcher = createHttpClient();
  try {
    const signingKeys = watchSigningKeys(config, { error: (_: unknown, message?: unknown) => report(String(message)) });
    const senders = options.openBroker ? ANYONE : readSenders(config, options.data, report);
    const environment = {
      DRAIN_TIMEOUT_MS: drain,
      ...lambdaSettings(options, env),
      ...paths,
      ...approvalKey(config, options.data),
      ...senders.environment,
    };
    const functions = new Map(
      names.map((name) => [
        name,
        localFunction(name, options, { ...environment, ...ledgerOf(name, config, options.data) }, report),
      ]),
    );
    const parts = {
      ...{ options, config, runbook, eventing, functions, journal, history },
      ...{ dispatcher, traces, senders, signingKeys, report, observe },
    };
    return await assemble(parts);
  } catch (error) {
    history.close();
    await journal.close();
    throw portTaken(error) ?? error;
  }
}

function readTriggers({ triggers: folder, lambdas }: Options): Eventing {
  existingFolder(folder, 'name the one with the Triggers by --triggers DIR');
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    const files = [...names.sort().map((name) => join(folder, name)), ...(lambdas ? [lambdaTriggers()] : [])];
    return parseEventing(files.map((name) => ({ name, text: readFileSync(name, 'utf8') })));
  } catch (error) {
    if (error instanceof TriggerFileError) {
      const [first = '', ...more] = error.problems;
      throw new UserError(first, `${more.length} more; agent-sre check --triggers ${folder} names them all`);
    }
    throw error;
  }
}

interface Parts {
  readonly options: Options;
  readonly config: Config;
  readonly runbook: Runbook | undefined;
  readonly eventing: Eventing;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly journal: Journal;
  readonly history: HistoryWriter;
  readonly dispatcher: HttpClient;
  readonly traces: Traces;
  readonly senders: Senders;
  readonly signingKeys: KeySource | undefined;
  readonly report: (message: string) => void;
  readonly observe: Observer;
}

async function assemble(parts: Parts): Promise<Runner> {
  const { options, eventing, functions, dispatcher, senders, report } = parts;
  let url = '';
  let closing = false;
  const console = runnerConsole(options, parts.config, parts.runbook, (event) =>
    broker.accept(...brokerOf(eventing), event),
  );
  const broker = new EmbeddedBroker({
    ...parts,
    dispatcher: senders.admitted(dispatcher, () => url),
    observe: (event) => conclude(event, { ...parts, record: console.record }, new Date()),
    concurrency: options.concurrency,
    // alert-router tells people of a call that no Lambda took, and nobody has made it yet.
    keepsDeadLetter: ({ deadLetterSink: sink }, { attributes }) =>
      attributes.type === lambdaTrigger.type && sink?.kind === 'service' && sink.name === ENTRANCE,
    resolve: (destination) => addressOf(destination, { functions, services: options.services, url }),
    ingressUrl: (namespace, name) => `${url}${namespace}/${name}`,
    now: () => new Date(),
  });
  const metrics = createRunnerMetrics(broker.counts, functions);
  const server = await listen(
    {
      broker,
      dispatcher,
      config: parts.config,
      checkSender: (authorization) => senders.check(authorization),
      report,
      console: console.answer,
      entrance: () => readyFunction(functions, ENTRANCE),
      status: () => statusText({ url, broker, functions, eventing }, options),
      metrics: async () => {
        const pages = await Promise.all([...functions.values()].map((one) => one.metrics()));
        return mergeMetrics([await metrics.metrics(), ...pages.filter((page) => page !== undefined)]);
      },
      isClosing: () => closing,
    },
    options.host,
    options.port,
  );
  url = urlOf(server, options.host);
  for (const started of functions.values()) started.sink(`${url}${brokerOf(eventing).join('/')}`);
  await broker.recover();
  const stop = async () => {
    closing = true;
    await broker.stop(options.graceMs);
    const stops = [...functions.values()].map((running) => running.stop(options.graceMs));
    await Promise.all([...stops, parts.traces.close()]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    dispatcher.close();
    parts.history.close();
    await parts.journal.close();
  };
  return { url, broker, eventing, functions, stop };
}

function localFunction(
  name: string,
  options: Options,
  environment: Readonly<Record<string, string>>,
  report: (message: string) => void,
): LocalFunction {
  return new LocalFunction({
    name,
    folder: join(options.functions, name),
    logFolder: join(options.data, 'logs'),
    environment,
    idleMs: options.idleMs,
    report,
  });
}

// Every Service that a Trigger names must be known before the first event comes, not when it is lost.
function checkServices({ triggers }: Eventing, functions: readonly string[], options: Options): void {
  for (const { file, name, subscriber, deadLetterSink } of triggers) {
    for (const destination of [subscriber, deadLetterSink]) {
      if (destination?.kind !== 'service') continue;
      if (functions.includes(destination.name) || options.services.has(destination.name)) continue;
      throw new UserError(
        `${file} (Trigger ${name}): there is no function "${destination.name}" in ${options.functions}`,
        `run npm run build, or say where it is: --service ${destination.name}=http://localhost:9000/`,
      );
    }
  }
}

function portTaken(error: unknown): UserError | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return undefined;
  return new UserError(error.message, 'another program has the port: start with --port N');
}

function brokerOf({ brokers: [broker] }: Eventing): [namespace: string, name: string] {
  return broker === undefined ? ['default', 'default'] : [broker.namespace, broker.name];
}
