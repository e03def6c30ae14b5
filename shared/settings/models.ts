import { httpUrl, integer, oneOf, optionalShare, path, type Setting, share, text } from '../setting.ts';

/** How the two models reason, and how sure they must be. */
export const MODEL_SETTINGS = {
  TRM_MAX_ITERATIONS: integer(4, 1, 32, 'Most iterations of trm-reason for one alert.'),
  TRM_MIN_CONFIDENCE: optionalShare(
    'Least confidence that trm-reason needs for no action and for functions that only observe. Unset, the model card says it.',
  ),
  TRM_MIN_CONFIDENCE_MUTATING: optionalShare(
    'Least confidence that trm-reason needs for mutating functions. Unset, the model card says it.',
  ),
  TRM_TIMEOUT_MS: integer(
    10_000,
    10,
    600_000,
    'Deadline of trm-reason for one alert, in milliseconds. The wait for other alerts counts, and so does the second reading of a mutating call.',
  ),
  TRM_THREADS: integer(0, 0, 64, 'Threads of one inference. 0 takes the CPU limit of the container, at least one.'),
  GEMMA_MODEL_DIR: path(
    'a folder',
    '',
    'Folder of FunctionGemma in ONNX, which the user mounts (docs/gemma.md). Without it, and without GEMMA_BASE_URL, gemma-fallback abstains.',
  ),
  GEMMA_MIN_CONFIDENCE: share(
    0.8,
    'Least confidence that gemma-fallback needs for no action and for functions that only observe.',
  ),
  GEMMA_MIN_CONFIDENCE_MUTATING: share(0.95, 'Least confidence that gemma-fallback needs for mutating functions.'),
  GEMMA_MIN_CALL_PROBABILITY: share(
    0.5,
    'Least probability of any call at all, as the model in GEMMA_MODEL_DIR has it before it must call something.',
  ),
  GEMMA_TIMEOUT_MS: integer(
    20_000,
    10,
    600_000,
    'Deadline of gemma-fallback for one alert, in milliseconds. The wait for other alerts counts, and so do retries and the second reading.',
  ),
  GEMMA_THREADS: integer(0, 0, 64, 'Threads of one run. 0 takes the CPU limit of the container, at least one.'),
  GEMMA_CACHE_MIB: integer(
    256,
    1,
    65_536,
    'Limit of the prompts that were read already, in memory and in GEMMA_CACHE_DIR, in MiB. One of 800 tokens takes 28.',
  ),
  GEMMA_CACHE_DIR: path(
    'a folder',
    '',
    'Folder where these prompts and the compiled tokenizer outlive the process. Unset, a start reads both again.',
  ),
  GEMMA_BASE_URL: httpUrl(
    "URL of a server with OpenAI's API, such as http://ollama:11434/v1. Asked if GEMMA_MODEL_DIR is not set.",
  ),
  GEMMA_MODEL: text('functiongemma', 'Name of the model at GEMMA_BASE_URL.'),
  GEMMA_API_KEY_FILE: path('a file', '', 'File with the key for GEMMA_BASE_URL. Unset, none is sent.'),
  GEMMA_TOOL_CHOICE: oneOf(
    'auto',
    ['auto', 'required'],
    'What the server at GEMMA_BASE_URL is asked to do. FunctionGemma wants auto, larger models required.',
  ),
} as const satisfies Record<string, Setting<unknown>>;
