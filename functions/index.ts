import type { Config } from '../shared/config.ts';
import type { Draft } from '../shared/events/envelope.ts';
import type { Log } from '../shared/log.ts';
import type { FunctionDefinition, Outcome } from '../shared/runtime/function.ts';
import { runHandler } from '../shared/runtime/handling/handler.ts';
import type { Incoming, RawRequest } from '../shared/runtime/request/incoming.ts';
import { NO_SPAN } from '../shared/traces/span.ts';
import alertRouter from './alert-router/index.ts';
import emitTrigger from './emit-trigger/index.ts';
import gemmaFallback from './gemma-fallback/index.ts';
import ruleFallback from './rule-fallback/index.ts';
import trmReason from './trm-reason/index.ts';

/** The five functions, in the order in which an alert meets them; each folder of this one is one of them. */
export const STAGES: readonly Stage[] = [
  stageOf(alertRouter), // ① the webhook and alert.fired: what the alert itself says, and may
  stageOf(trmReason), // ② trm.requested: the recursive model
  stageOf(gemmaFallback), // ②′ gemma.requested: the function-calling model
  stageOf(ruleFallback), // ②″ rules.requested: the matchers of the runbook
  stageOf(emitTrigger), // ③ remediation.selected: checked once more, then lambda.trigger
];

/** A function of the chain that can run in this process, its state hidden. */
export interface Stage {
  /** Also its folder, its Service and the end of the `source` of its events. */
  readonly name: string;
  /** The event types that it accepts. */
  readonly accepts: readonly string[];
  readonly start: (config: Config, log: Log) => Promise<StartedStage>;
}

export interface StartedStage {
  readonly handle: (event: Incoming) => Promise<Outcome>;
  /** Empty for a function without a webhook. */
  readonly receive: (request: RawRequest) => readonly Draft[];
  readonly close: () => Promise<void>;
}

function stageOf<State>(definition: FunctionDefinition<State>): Stage {
  return {
    name: definition.name,
    accepts: definition.handlers.map((handler) => handler.definition.type),
    async start(config, log) {
      const state = await definition.init(config, log);
      const context = { state, config, log, clock: () => performance.now(), span: NO_SPAN };
      return {
        handle: (event) => runHandler(definition, event, context),
        receive: (request) => definition.webhook?.accept(request, context) ?? [],
        close: async () => definition.close?.(state),
      };
    },
  };
}
