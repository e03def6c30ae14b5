/** The Lambda functions beside the chain, where they are asked for. */
import { existsSync } from 'node:fs';
import type { Eventing } from '../../eventing/trigger.ts';
import { projectFolder } from '../project.ts';
import { type Terminal, UserError } from '../verb.ts';
import type { Options } from './options.ts';

/** The file with their Triggers. */
export function lambdaTriggers(): string {
  return projectFolder('lambdas/triggers.yaml');
}

/**
 * What their environment holds: nothing is changed in a cluster unless somebody says so twice, by a Trigger or the option, and
 * by the setting.
 *
 * @throws {UserError} where no file names a cluster
 */
export function lambdaSettings({ lambdas }: Options, env: Terminal['env']): Record<string, string> {
  const file = env.KUBECONFIG?.trim() ?? '';
  if (lambdas && !existsSync(file)) {
    const what = file === '' ? 'a cluster to act on' : `the file of KUBECONFIG, and there is no ${file}`;
    throw new UserError(`--lambdas needs ${what}`, 'set KUBECONFIG to the file that names the cluster');
  }
  return { LAMBDA_DRY_RUN: env.LAMBDA_DRY_RUN?.trim() || 'server' };
}

/** Whether a Trigger names a function, and no other address was given for it: a Lambda runs only where it is asked for. */
export function isWanted(name: string, { triggers }: Eventing, { services }: Options): boolean {
  const named = triggers.flatMap(({ subscriber, deadLetterSink }) => [subscriber, deadLetterSink]);
  return !services.has(name) && named.some((each) => each?.kind === 'service' && each.name === name);
}
