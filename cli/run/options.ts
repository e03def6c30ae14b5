import { join, resolve } from 'node:path';
import { parseHttpUrl } from '../../shared/http/client.ts';
import { readWholeNumber } from '../../shared/text/number.ts';
import { projectRoot } from '../project.ts';
import { UserError } from '../verb.ts';

/** How a system runs, as its verb was told. */
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
  /** Events are taken without the webhook's credential. */
  readonly openBroker: boolean;
  /** The Lambda functions run too. */
  readonly lambdas: boolean;
}

/** The options of every verb that starts the system. */
export const SYSTEM_OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  triggers: { type: 'string' },
  functions: { type: 'string' },
  service: { type: 'string', multiple: true, default: [] as string[] },
  concurrency: { type: 'string', default: '64' },
  grace: { type: 'string', default: '10' },
  'open-broker': { type: 'boolean', default: false },
} as const;

/** Their help. */
export const SYSTEM_HELP = `  --host ADDRESS    address to listen on (127.0.0.1; 0.0.0.0 for an Alertmanager on another machine or in a container)
  --triggers DIR    Brokers and Triggers (triggers/ of the project)
  --functions DIR   bundled functions (dist/)
  --service NAME=URL   address of a Service that a Trigger names, such as your Lambda (docs/lambdas.md); may be repeated
  --concurrency N   deliveries of one Trigger at a time (64)
  --grace SECONDS   at the end, how long to wait for what is under way (10)
  --open-broker     take events without the credential of the webhook (WEBHOOK_TOKEN_FILE, WEBHOOK_BASIC_FILE)`;

interface Values {
  readonly port?: string | undefined;
  readonly host: string;
  readonly triggers?: string | undefined;
  readonly functions?: string | undefined;
  readonly service: readonly string[];
  readonly concurrency: string;
  readonly grace: string;
  readonly data: string;
  readonly idle?: string | undefined;
  readonly fsync?: boolean | undefined;
  readonly 'open-broker': boolean;
  readonly lambdas?: boolean | undefined;
}

/** Reads what the parser left as text; every path becomes absolute, as seen from the working directory. @throws {UserError} */
export function readOptions(values: Values, defaultPort: string): Options {
  const root = projectRoot();
  return {
    port: wholeNumber('--port', values.port ?? defaultPort, 0, 65_535),
    host: values.host,
    data: resolve(values.data),
    triggers: resolve(values.triggers ?? join(root, 'triggers')),
    functions: resolve(values.functions ?? join(root, 'dist')),
    services: new Map(values.service.map(readService)),
    idleMs: wholeNumber('--idle', values.idle ?? '0', 0, 86_400) * 1000,
    concurrency: wholeNumber('--concurrency', values.concurrency, 1, 10_000),
    graceMs: wholeNumber('--grace', values.grace, 0, 600) * 1000,
    sync: values.fsync ?? false,
    openBroker: values['open-broker'],
    lambdas: values.lambdas ?? false,
  };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = readWholeNumber(text, least, most);
  if (number !== undefined) return number;
  throw new UserError(`${option} must be a whole number from ${least} to ${most}, not "${text}"`, '');
}

function readService(text: string): [string, string] {
  const [name = '', ...rest] = text.split('=');
  const url = rest.join('=');
  if (name !== '' && parseHttpUrl(url) !== undefined) return [name, url];
  throw new UserError(`--service must be NAME=URL, not "${text}"`, 'such as my-lambda=http://localhost:9000/');
}
