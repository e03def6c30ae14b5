import alertRouter from '../functions/alert-router/index.ts';
import emitTrigger from '../functions/emit-trigger/index.ts';
import gemmaFallback from '../functions/gemma-fallback/index.ts';
import ruleFallback from '../functions/rule-fallback/index.ts';
import trmReason from '../functions/trm-reason/index.ts';
import type { Config } from '../shared/config.ts';
import type { Draft } from '../shared/events/envelope.ts';
import type { Log } from '../shared/log.ts';
import type { FunctionDefinition, Outcome } from '../shared/runtime/function.ts';
import { runHandler } from '../shared/runtime/handling/handler.ts';
import type { Incoming, RawRequest } from '../shared/runtime/request/incoming.ts';

/** A function of the chain that can run in this process, its state hidden. */
export interface Stage {
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

/** The five functions, in the order in which an alert meets them. */
export const STAGES: readonly Stage[] = [
  stageOf(alertRouter),
  stageOf(trmReason),
  stageOf(gemmaFallback),
  stageOf(ruleFallback),
  stageOf(emitTrigger),
];

function stageOf<State>(definition: FunctionDefinition<State>): Stage {
  return {
    name: definition.name,
    accepts: definition.handlers.map((handler) => handler.definition.type),
    async start(config, log) {
      const state = await definition.init(config, log);
      const context = { state, config, log, clock: () => performance.now() };
      return {
        handle: (event) => runHandler(definition, event, context),
        receive: (request) => definition.webhook?.accept(request, context) ?? [],
        close: async () => definition.close?.(state),
      };
    },
  };
}
