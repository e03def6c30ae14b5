/** Wires the broker, the functions and the port together, and takes them down in order. */
import { join } from 'node:path';
import { EmbeddedBroker } from '../../broker/broker.ts';
import type { Journal } from '../../broker/journal.ts';
import type { Console } from '../../console/server/console.ts';
import type { Eventing } from '../../eventing/trigger.ts';
import { bundledFunctions, LocalFunction } from '../../processes/functions.ts';
import type { Config } from '../../shared/config.ts';
import { lambdaTrigger } from '../../shared/events/index.ts';
import { watchSigningKeys } from '../../shared/events/signature.ts';
import type { HttpClient } from '../../shared/http/client.ts';
import type { KeySource } from '../../shared/keys.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { loadTraces } from '../../shared/traces/load.ts';
import type { Traces } from '../../shared/traces/span.ts';
import { type HistoryWriter, openHistory } from '../history/file.ts';
import { openQueue } from '../queue.ts';
import { type Terminal, UserError } from '../verb.ts';
import { addressOf, readyFunction } from './address.ts';
import { approvalKey } from './approval-key.ts';
import { mergeMetrics } from './collect.ts';
import { conclude, type Observer } from './conclude.ts';
import { runnerConsole } from './console.ts';
import { createDispatcher } from './dispatcher.ts';
import { isWanted, lambdaSettings } from './lambdas.ts';
import { checkLedgers, ledgerOf } from './ledger.ts';
import { createRunnerMetrics } from './metrics.ts';
import type { Options } from './options.ts';
import { ANYONE, readSenders, type Senders } from './senders.ts';
import { listen, type ServerSurroundings, urlOf } from './server.ts';
import { readSettings } from './settings.ts';
import { statusText } from './status.ts';
import { brokerOf, checkServices, readTriggers } from './triggers.ts';

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
  try {
    await checkLedgers(names, config, options.data);
    const signingKeys = watchSigningKeys(config, { error: (_: unknown, message?: unknown) => report(String(message)) });
    const senders = options.openBroker ? ANYONE : readSenders(config, options.data, report);
    const environment = {
      DRAIN_TIMEOUT_MS: drain,
      ...lambdaSettings(options, env),
      ...paths,
      ...approvalKey(config, options.data),
      ...senders.environment,
    };
    const functions = localFunctions(names, options, config, environment, report);
    const dispatcher = createDispatcher(functions);
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
  const { options, config, runbook, eventing, functions } = parts;
  const state: State = { url: '', isClosing: false };
  const console = runnerConsole(options, config, runbook, (event) => broker.accept(...brokerOf(eventing), event));
  const broker = createBroker(parts, console, state);
  const server = await listen(surroundingsOf(parts, broker, console, state), options.host, options.port);
  state.url = urlOf(server, options.host);
  for (const started of functions.values()) started.sink(`${state.url}${brokerOf(eventing).join('/')}`);
  await broker.recover();
  const stop = async () => {
    state.isClosing = true;
    await broker.stop(options.graceMs);
    const stops = [...functions.values()].map((running) => running.stop(options.graceMs));
    await Promise.all([...stops, parts.traces.close()]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    parts.dispatcher.close();
    parts.history.close();
    await parts.journal.close();
  };
  return { url: state.url, broker, eventing, functions, stop };
}

/** What is known only once the port is, and what changes at the end. */
interface State {
  url: string;
  isClosing: boolean;
}

function createBroker(parts: Parts, console: Console, state: State): EmbeddedBroker {
  const { options, functions, dispatcher, senders } = parts;
  const listeners = { ...parts, record: console.record };
  return new EmbeddedBroker({
    ...parts,
    dispatcher: senders.admitted(dispatcher, () => state.url),
    observe: (event) => conclude(event, listeners, new Date()),
    concurrency: options.concurrency,
    // alert-router tells people of a call that no Lambda took, and nobody has made it yet.
    keepsDeadLetter: ({ deadLetterSink: sink }, { attributes }) =>
      attributes.type === lambdaTrigger.type && sink?.kind === 'service' && sink.name === ENTRANCE,
    resolve: (destination) => addressOf(destination, { functions, services: options.services, url: state.url }),
    ingressUrl: (namespace, name) => `${state.url}${namespace}/${name}`,
    now: () => new Date(),
  });
}

function surroundingsOf(parts: Parts, broker: EmbeddedBroker, console: Console, state: State): ServerSurroundings {
  const { options, config, eventing, functions, dispatcher, senders, report } = parts;
  const metrics = createRunnerMetrics(broker.counts, functions);
  return {
    ...{ broker, dispatcher, config, report },
    checkSender: (authorization) => senders.check(authorization),
    console: console.answer,
    webhookBroker: brokerOf(eventing),
    entrance: () => readyFunction(functions, ENTRANCE),
    status: () => statusText({ url: state.url, broker, functions, eventing }, options),
    metrics: async () => {
      const pages = await Promise.all([...functions.values()].map((one) => one.metrics()));
      return mergeMetrics([await metrics.metrics(), ...pages.filter((page) => page !== undefined)]);
    },
    isClosing: () => state.isClosing,
  };
}

function portTaken(error: unknown): UserError | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return undefined;
  return new UserError(error.message, 'another program has the port: start with --port N');
}

function localFunctions(
  names: readonly string[],
  options: Options,
  config: Config,
  environment: Readonly<Record<string, string>>,
  report: (message: string) => void,
): Map<string, LocalFunction> {
  const localFunction = (name: string) =>
    new LocalFunction({
      name,
      folder: join(options.functions, name),
      logFolder: join(options.data, 'logs'),
      environment: { ...environment, ...ledgerOf(name, config, options.data) },
      idleMs: options.idleMs,
      report,
    });
  return new Map(names.map((name) => [name, localFunction(name)]));
}
