import { join } from 'node:path';
import type { Acceptance } from '../../broker/broker.ts';
import { readWireEvent, type WireEvent } from '../../broker/event.ts';
import { type Console, createConsole } from '../../console/server/console.ts';
import { toBinary } from '../../shared/cloudevents/write.ts';
import type { Config } from '../../shared/config.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import type { Options } from './options.ts';

/** The console of this runner; what a person answers there goes into its broker. @throws {AsreError} ASRE_CONFIG_INVALID */
export function runnerConsole(
  { host, data, functions }: Options,
  { CONSOLE_TOKEN_FILE: tokenFile }: Pick<Config, 'CONSOLE_TOKEN_FILE'>,
  runbook: Runbook | undefined,
  accept: (event: WireEvent) => Promise<Acceptance>,
): Console {
  return createConsole({
    ...{ host, tokenFile, data },
    page: join(functions, 'console'),
    runbook,
    async publish(event) {
      const { headers, body } = toBinary(event);
      const reading = readWireEvent(headers, Buffer.from(body));
      return reading.kind === 'event' && (await accept(reading.event)).kind === 'accepted';
    },
    now: () => new Date(),
  });
}
