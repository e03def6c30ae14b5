/** A Lambda function that runs in the test's process, as its own ServiceAccount with its own role. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAMBDAS, ROOT } from '../../build/project.ts';
import type { LambdaState } from '../../lambdas/kit/lambda.ts';
import { clusterRoleOf } from '../../lambdas/rbac.ts';
import { type Config, readConfig } from '../../shared/config.ts';
import { lambdaFinished, lambdaTrigger } from '../../shared/events/index.ts';
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import { createLog } from '../../shared/log.ts';
import type { FunctionDefinition, Outcome } from '../../shared/runtime/function.ts';
import { runHandler } from '../../shared/runtime/handling/handler.ts';
import type { Incoming } from '../../shared/runtime/request/incoming.ts';
import { NO_SPAN } from '../../shared/traces/span.ts';
import { type Administrator, TEST_RESOURCES } from './administrator.ts';
import { NAMESPACE, writeKubeconfig } from './cluster.ts';

export type Parameters = Readonly<Record<string, string | number>>;

export interface RunningLambda {
  readonly name: string;
  /** Of its ServiceAccount. */
  readonly kubeconfig: string;
  deliver(parameters: Parameters, id: string, settings?: Partial<Config>): Promise<LambdaFinished>;
  /** Likewise, of anything that may come. */
  outcomeOf(data: object, id: string, settings?: Partial<Config>): Promise<Outcome>;
  close(): void | Promise<void>;
}

/** Makes a ServiceAccount with the ClusterRole that rbac.ts has for a Lambda, and a kubeconfig for it. */
export async function makeAccount(folder: string, admin: Administrator, name: string, account = name): Promise<string> {
  const file = await makeBareAccount(folder, admin, account);
  const role = { ...clusterRoleOf(name), metadata: { name: account } };
  await admin.create(TEST_RESOURCES.roles, role);
  await admin.create(TEST_RESOURCES.bindings, {
    metadata: role.metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: account },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: NAMESPACE }],
  } as never);
  return file;
}

/** Likewise, without a role. */
export async function makeBareAccount(folder: string, admin: Administrator, account: string): Promise<string> {
  await admin.create(TEST_RESOURCES.serviceAccounts, { metadata: { name: account, namespace: NAMESPACE } });
  const file = join(folder, `${account}.kubeconfig`);
  const port = Number(readFileSync(join(folder, 'port'), 'utf8'));
  writeKubeconfig(file, folder, port, await admin.token(NAMESPACE, account));
  return file;
}

export async function startLambda(name: string, kubeconfig: string): Promise<RunningLambda> {
  const definition = await definitionOf(name);
  const config = readConfig({ KUBECONFIG: kubeconfig, LOG_LEVEL: 'silent' });
  const log = createLog(name, 'silent');
  const state = await definition.init(config, log);
  const outcomeOf: RunningLambda['outcomeOf'] = (data, id, settings = {}) =>
    runHandler(definition, incoming(data, id), {
      ...{ state, log, clock: () => performance.now(), span: NO_SPAN },
      config: { ...config, ...settings },
    });
  return {
    ...{ name, kubeconfig, outcomeOf },
    async deliver(parameters, id, settings) {
      const outcome = await outcomeOf(triggerOf(name, parameters), id, settings);
      if (outcome.outcome !== 'reply') throw new Error(`${name}: ${outcome.outcome} ${JSON.stringify(outcome)}`);
      return lambdaFinished.parse(JSON.parse(JSON.stringify(outcome.draft.data)));
    },
    close: () => definition.close?.(state),
  };
}

async function definitionOf(name: string): Promise<FunctionDefinition<LambdaState>> {
  const entry = LAMBDAS.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`there is no Lambda ${name}`);
  return ((await import(join(ROOT, entry.module))) as { default: FunctionDefinition<LambdaState> }).default;
}

/** The data of a lambda trigger. */
export function triggerOf(lambda_function: string, parameters: Parameters) {
  return { ...lambdaTrigger.example, lambda_function, parameters };
}

function incoming(data: object, id: string): Incoming {
  const type = lambdaTrigger.type;
  const attributes = { specversion: '1.0', id, source: '/agent-sre/emit-trigger', type };
  return {
    ...{ id, source: attributes.source, type, time: undefined, hop: 5, attributes },
    readData: () => JSON.parse(JSON.stringify(data)),
    ...{ prefersReply: true, fromBroker: true },
  };
}
