/** The Triggers of the system that is started, and what they need. */
import { type Eventing, parseEventing, TriggerFileError } from '../../eventing/trigger.ts';
import { readTriggerFile, readTriggerFiles } from '../trigger-files.ts';
import { UserError } from '../verb.ts';
import { lambdaTriggers } from './lambdas.ts';
import type { Options } from './options.ts';

/** @throws {UserError} for a folder that is missing or cannot be read, and the first of the problems in its files */
export function readTriggers({ triggers: folder, lambdas }: Options): Eventing {
  const files = [...readTriggerFiles(folder), ...(lambdas ? [readTriggerFile(lambdaTriggers())] : [])];
  try {
    return parseEventing(files);
  } catch (error) {
    if (error instanceof TriggerFileError) {
      const [first = '', ...more] = error.problems;
      throw new UserError(first, `${more.length} more; agent-sre check --triggers ${folder} names them all`);
    }
    throw error;
  }
}

/**
 * Every Service that a Trigger names must be known before the first event comes, not when it is lost.
 *
 * @throws {UserError} for one that is not
 */
export function checkServices({ triggers }: Eventing, functions: readonly string[], options: Options): void {
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

/** The Broker that a sender need not name: the first. */
export function brokerOf({ brokers: [broker] }: Eventing): [namespace: string, name: string] {
  return broker === undefined ? ['default', 'default'] : [broker.namespace, broker.name];
}
