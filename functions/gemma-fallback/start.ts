import type { Config } from '../../shared/config.ts';
import type { Log } from '../../shared/log.ts';
import type { Backend } from './backend.ts';
import { checkDirectory, isModelProblem } from './directory.ts';
import { startGemmaEngine } from './engine.ts';
import { onnxBackend, workerSettings } from './onnx.ts';

/** Why there is no model to ask: the tier then abstains. */
export interface MissingBackend {
  readonly missing: 'model_not_installed';
  readonly why?: { readonly reasoning: string };
}

type StartedBackend = { readonly backend: Backend } | MissingBackend;

/**
 * The model directory where one is set, or else the server. What is wrong with a directory the log says once, naming the
 * file and the fix; a start that failed for another reason is tried again by itself.
 */
export async function startBackend(config: Config, log: Log): Promise<StartedBackend> {
  if (config.GEMMA_MODEL_DIR !== '') return startDirectory(config, log);
  if (config.GEMMA_BASE_URL !== '') return startServer(config);
  log.warn({ reason: 'model_not_installed' }, 'abstains from every alert');
  return { missing: 'model_not_installed' };
}

async function startDirectory(config: Config, log: Log): Promise<StartedBackend> {
  const reports: string[] = [];
  const tell = (message: string) => log.error({ reason: 'unavailable' }, message);
  let report = (message: string) => {
    reports.push(message); // until it is known whether the directory is at fault
  };
  try {
    checkDirectory(config.GEMMA_MODEL_DIR);
    const engine = startGemmaEngine(workerSettings(config), config.GEMMA_TIMEOUT_MS, (message) => report(message));
    const problem = await engine.loaded.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (isModelProblem(problem)) {
      await engine.close();
      throw problem;
    }
    report = tell;
    reports.forEach(tell);
    return { backend: onnxBackend(engine, config) };
  } catch (error) {
    if (!isModelProblem(error)) throw error;
    log.error({ reason: 'model_not_installed', models: config.GEMMA_MODEL_DIR }, error.message);
    return { missing: 'model_not_installed', why: { reasoning: error.message } };
  }
}

// The client takes a tenth of a second to load, which no start without a server pays.
async function startServer(config: Config): Promise<StartedBackend> {
  const { openAiBackend } = await import('./openai.ts');
  return { backend: openAiBackend(config) };
}
