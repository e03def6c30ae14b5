/** What a Lambda function is written with: it reads objects, decides by them, and the kit does the rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { episodeOf } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import { AsreError } from '../../shared/errors.ts';
import { lambdaFinished, lambdaTrigger } from '../../shared/events/index.ts';
import { checkSignature, watchSigningKeys } from '../../shared/events/signature.ts';
import type { KeySource } from '../../shared/keys.ts';
import { conditionHolds } from '../../shared/runbook/conditions.ts';
import { type Fence, fenceOf } from '../../shared/runbook/fence.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { type Runbook, withDefaults } from '../../shared/runbook/runbook.ts';
import {
  type Context,
  defineFunction,
  type FunctionDefinition,
  type Outcome,
  on,
  reply,
  type TypedEvent,
} from '../../shared/runtime/function.ts';
import { type Api, createApi } from './api.ts';
import type { Code } from './codes.ts';
import { type Connection, connect } from './connect.ts';
import { ApiFailure } from './failure.ts';
import { finished, type LambdaTrigger } from './finished.ts';
import { answer, type LambdaCall, type Plan } from './plan.ts';
import { tracedSend } from './trace.ts';
import { carryOut } from './write.ts';

/** A Lambda function: its name in the catalogue, what it reads, and what it decides by that. `decide` has no effect. */
export interface Lambda<Facts> {
  readonly name: string;
  readonly read: (api: Api, call: LambdaCall) => Promise<Facts>;
  readonly decide: (facts: Facts, call: LambdaCall) => Plan;
}

export interface LambdaState {
  readonly runbook: Runbook;
  readonly connection: Connection;
  /** Undefined where nothing is signed. */
  readonly signingKeys: KeySource | undefined;
}

const FENCED: Readonly<Record<Fence, readonly [code: Code, message: string]>> = {
  protected: ['protected_namespace', 'nothing is changed in a protected namespace'],
  forbidden: ['forbidden_by_policy', 'the policy forbids the function for what the alert or the call is about'],
};
const ROUNDS = 4;
const ROUND_BACKOFF_MS = 200;

/** The function that carries the calls of a Lambda out. */
export function defineLambda<Facts>(lambda: Lambda<Facts>): FunctionDefinition<LambdaState> {
  return defineFunction<LambdaState>({
    name: lambda.name,
    async init(config, log) {
      const { RUNBOOK_DIR, PROTECTED_NAMESPACES: protectedNamespaces } = config;
      const runbook = loadRunbook(RUNBOOK_DIR, { entries: false, protectedNamespaces });
      return { runbook, connection: await connect(config), signingKeys: watchSigningKeys(config, log) };
    },
    handlers: [on(lambdaTrigger, (event, context) => run(lambda, event, context))],
    status: ({ connection }) => ({ server: connection.server }),
    close: ({ connection }) => connection.close(),
  });
}

async function run<Facts>(
  lambda: Lambda<Facts>,
  event: TypedEvent<LambdaTrigger>,
  context: Context<LambdaState>,
): Promise<Outcome> {
  const started = context.clock();
  const { lambdafunction = lambda.name } = event.attributes;
  if (event.data.lambda_function !== lambda.name || lambdafunction !== lambda.name) {
    throw new AsreError('ASRE_LAMBDA_OTHER', `${lambda.name} carries out no call of another function`);
  }
  // Whoever reaches the Broker, or this function by its address, can claim to be emit-trigger.
  checkSignature(event, context.state.signingKeys, new Date());
  const call = callOf(event, context);
  const plan = objection(event.data, context.state.runbook) ?? (await planAndCarryOut(lambda, call, context));
  context.span.set({ 'agent_sre.lambda_function': lambda.name, 'agent_sre.code': plan.code });
  const data = finished(event, plan, context.config.LAMBDA_DRY_RUN, context.clock() - started);
  const { subject = targetOf(call) } = event.attributes;
  return reply({
    definition: lambdaFinished,
    data,
    episode: episodeOf(event.data.alert, context.config),
    key: event.id,
    subject,
    extensions: { lambdafunction: lambda.name },
  });
}

function targetOf({ namespace, parameters }: LambdaCall): string {
  return [namespace, parameters.name ?? parameters.selector].filter((part) => part !== undefined).join('/');
}

function callOf({ id, data }: TypedEvent<LambdaTrigger>, { state, config }: Context<LambdaState>): LambdaCall {
  const { policy, catalogue } = state.runbook;
  const parameters = withDefaults(catalogue, data);
  return {
    name: String(parameters.name ?? ''),
    namespace: parameters.namespace === undefined ? undefined : String(parameters.namespace),
    parameters,
    triggerId: id,
    now: new Date(),
    limits: { maxReplicas: config.LAMBDA_MAX_REPLICAS, minNodes: config.LAMBDA_MIN_NODES },
    storesData: (labels) => conditionHolds(policy, 'stores-data', labels),
  };
}

/** Why the call is refused before anything is read: checked as if nobody had before. */
function objection(data: LambdaTrigger, runbook: Runbook): Plan | undefined {
  const complaint = runbook.catalogue.get(data.lambda_function)?.complaint(data.parameters);
  if (complaint !== undefined) return answer('invalid_parameters', complaint);
  const fence = fenceOf(runbook, ownLabels(runbook.policy, data.alert), data);
  return fence && answer(...FENCED[fence]);
}

/**
 * Reads, decides and writes. Where an object has changed in between, or it is not known whether a write was carried out, all of it
 * is done again: the mark of the trigger then tells.
 */
async function planAndCarryOut<Facts>(
  { read, decide }: Lambda<Facts>,
  call: LambdaCall,
  { state, config, clock, span }: Context<LambdaState>,
): Promise<Plan> {
  const deadline = clock() + config.LAMBDA_TIMEOUT_MS;
  const api = createApi(tracedSend(state.connection, span), deadline, clock);
  for (let round = 1; ; round++) {
    try {
      const plan = decide(await read(api, call), call);
      const object = await carryOut(api, plan, config.LAMBDA_DRY_RUN);
      return object === undefined ? plan : { ...plan, object };
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (error.kind === 'final') return answer(error.code, error.message);
      if (round === ROUNDS || clock() >= deadline) throw new AsreError('ASRE_CLUSTER_UNAVAILABLE', error.logged);
      await sleep(error.waitMs ?? ROUND_BACKOFF_MS * round);
    }
  }
}
