/** The runner's command line. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export interface Options {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly triggers: string;
  readonly functions: string;
  readonly services: ReadonlyMap<string, string>;
  readonly idleMs: number;
  readonly concurrency: number;
  readonly graceMs: number;
  readonly sync: boolean;
  readonly quiet: boolean;
  readonly demo: boolean;
  readonly alerts: string | undefined;
  readonly listUndelivered: boolean;
  readonly redeliver: boolean;
  readonly repair: boolean;
}

/** The command line can't be used; the message says what to do. */
export class UsageError extends Error {}

export const USAGE = `Usage: npm start -- [options]        (or: node dist/runner/index.mjs [options])

Runs agent-sre on this machine: the five functions and an embedded broker that reads the cluster's triggers/*.yaml.

  --port N          port of everything (8080; 0 takes a free one):
                      POST /            Alertmanager's webhook, handed to alert-router
                      POST /<ns>/<broker>   events into a broker, binary or structured CloudEvents
                      GET  /            what is running; GET /metrics for Prometheus; GET /health/readiness
  --host ADDRESS    address to listen on (127.0.0.1; 0.0.0.0 for an Alertmanager on another machine or in a container)
  --data DIR        accepted events that are not delivered yet, and the functions' logs (.agent-sre)
  --triggers DIR    Brokers and Triggers (triggers/ of the project)
  --functions DIR   bundled functions (dist/)
  --service NAME=URL   where a Service lives that a Trigger names and that is no bundled function; may be repeated
  --idle SECONDS    stop a function that got nothing for so long, start it on demand (0 = never)
  --concurrency N   deliveries at a time by one Trigger (16)
  --grace SECONDS   how long Ctrl-C waits for what is under way (10)
  --fsync           make accepted events survive a power failure as well; slower
  --quiet           print no outcomes
  --demo            send recorded alerts, print the decisions as a table, end
  --alerts DIR      recorded Alertmanager payloads for --demo (test/fixtures/alerts)
  --undelivered     list events that no subscriber and no dead letter sink took, end
  --redeliver       deliver those again
  --repair          rebuild a damaged data folder first
  --help            this text
`;

/** Reads the command line. @throws {UsageError} */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const values = parse(argv);
  if (values.help === true) return 'help';
  const root = projectRoot();
  return {
    port: wholeNumber('--port', values.port ?? (values.demo === true ? '0' : '8080'), 0, 65_535),
    host: values.host ?? '127.0.0.1',
    data: resolve(values.data ?? '.agent-sre'),
    triggers: resolve(values.triggers ?? join(root, 'triggers')),
    functions: resolve(values.functions ?? join(root, 'dist')),
    services: new Map((values.service ?? []).map(readService)),
    idleMs: wholeNumber('--idle', values.idle ?? '0', 0, 86_400) * 1000,
    concurrency: wholeNumber('--concurrency', values.concurrency ?? '16', 1, 10_000),
    graceMs: wholeNumber('--grace', values.grace ?? '10', 0, 600) * 1000,
    sync: values.fsync ?? false,
    quiet: values.quiet ?? false,
    demo: values.demo ?? false,
    alerts: values.alerts === undefined ? undefined : resolve(values.alerts),
    listUndelivered: values.undelivered ?? false,
    redeliver: values.redeliver ?? false,
    repair: values.repair ?? false,
  };
}

/** The folder with triggers/: the project, wherever this file was bundled to. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'triggers')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTION_TYPES, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\nSee --help.`);
  }
}

const OPTION_TYPES = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  triggers: { type: 'string' },
  functions: { type: 'string' },
  service: { type: 'string', multiple: true },
  idle: { type: 'string' },
  concurrency: { type: 'string' },
  grace: { type: 'string' },
  fsync: { type: 'boolean' },
  quiet: { type: 'boolean' },
  demo: { type: 'boolean' },
  alerts: { type: 'string' },
  undelivered: { type: 'boolean' },
  redeliver: { type: 'boolean' },
  repair: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new UsageError(`${option} must be a whole number from ${least} to ${most}, not '${text}'`);
}

function readService(text: string): [string, string] {
  const [name = '', ...rest] = text.split('=');
  const url = rest.join('=');
  if (name !== '' && URL.canParse(url)) return [name, url];
  throw new UsageError(`--service must look like my-lambda=http://localhost:9000/, not '${text}'`);
}
