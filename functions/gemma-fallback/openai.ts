import OpenAI, { APIConnectionError, APIError } from 'openai';
import type { ChatCompletion, ChatCompletionCreateParamsNonStreaming, ChatCompletionTool } from 'openai/resources';
import { type Config, readSecretFile } from '../../shared/config.ts';
import { EngineFailure } from '../../shared/reasoning/engine.ts';
import type { Refusal } from '../../shared/reasoning/guard.ts';
import type { Backend, Chosen } from './backend.ts';
import { Breaker } from './breaker.ts';
import { matchCall } from './match.ts';
import { type ReadCalls, readCalls } from './parse.ts';
import type { Question } from './reading.ts';
import type { Tool, ToolParameter } from './tools.ts';
import { parametersOf } from './values.ts';

export type OpenAiSettings = Pick<
  Config,
  'GEMMA_BASE_URL' | 'GEMMA_MODEL' | 'GEMMA_API_KEY_FILE' | 'GEMMA_TOOL_CHOICE' | 'GEMMA_TIMEOUT_MS'
>;

/** On 429, 5xx and a connection that broke; the client waits in between, as long as the server says. */
const RETRIES = 2;
const MAX_TOKENS = 128;
/** Where a server tells no probabilities: enough for a look, too little for what changes anything. */
const UNMEASURED = 0.9;
/** What servers refuse that do not know it; a call needs none of them. */
const OPTIONAL = ['logprobs', 'parallel_tool_calls', 'tool_choice', 'max_tokens', 'temperature'] as const;
type Optional = (typeof OPTIONAL)[number];

/** A server with OpenAI's API: Ollama, vLLM, llama.cpp, LM Studio. */
export function openAiBackend(settings: OpenAiSettings, clock: () => number = () => performance.now()): Backend {
  const { GEMMA_API_KEY_FILE, GEMMA_BASE_URL: baseURL, GEMMA_TIMEOUT_MS: timeout } = settings;
  const apiKey = GEMMA_API_KEY_FILE === '' ? 'none' : readSecretFile('GEMMA_API_KEY_FILE', GEMMA_API_KEY_FILE);
  const client = new OpenAI({ baseURL, apiKey, timeout, maxRetries: RETRIES, logLevel: 'off' });
  const breaker = new Breaker(clock);
  const refused = new Set<Optional>();
  return {
    health: () => (breaker.isOpen ? 'unavailable' : 'ready'),
    deadline: () => AbortSignal.timeout(timeout),
    async choose(question, deadline) {
      if (breaker.isOpen) throw new EngineFailure('unavailable', 'the server failed several times in a row');
      const asked = complete(client, requestOf(question, settings), refused, deadline);
      const completion = await within(deadline, asked).catch((error: unknown) => {
        throw failureOf(error, breaker, deadline);
      });
      breaker.succeeded();
      return chosenOf(question, completion);
    },
    close: async () => {},
  };
}

/** Asks again without a parameter that the server names in its 400, and never sends it again. */
async function complete(
  client: OpenAI,
  request: ChatCompletionCreateParamsNonStreaming,
  refused: Set<Optional>,
  signal: AbortSignal,
): Promise<ChatCompletion> {
  const sent = { ...request };
  for (const name of refused) delete sent[name];
  try {
    return await client.chat.completions.create(sent, { signal });
  } catch (error) {
    const named = OPTIONAL.find((name) => name in sent && isRefusalOf(error, name));
    if (named === undefined) throw error;
    refused.add(named);
    return complete(client, request, refused, signal);
  }
}

function isRefusalOf(error: unknown, name: Optional): boolean {
  return error instanceof APIError && error.status === 400 && (error.param === name || error.message.includes(name));
}

/** The client does not look at the signal while it waits to try again. */
async function within<Result>(deadline: AbortSignal, result: Promise<Result>): Promise<Result> {
  const passed = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true });
  });
  return Promise.race([result, passed]);
}

/** A request that is wrong says nothing about the server's health; all else does. */
function failureOf(error: unknown, breaker: Breaker, deadline: AbortSignal): EngineFailure {
  const status = error instanceof APIError ? error.status : undefined;
  const refused = status !== undefined && status < 500 && status !== 429;
  if (!refused) breaker.failed();
  if (deadline.aborted) return new EngineFailure('timed_out', 'no answer before the deadline of the alert');
  if (status !== undefined) return new EngineFailure('failed', `the server answered ${status}`);
  const what = error instanceof APIConnectionError ? 'cannot be reached' : 'gave no answer that can be read';
  return new EngineFailure('failed', `the server ${what}`);
}

function requestOf({ listed, text }: Question, settings: OpenAiSettings): ChatCompletionCreateParamsNonStreaming {
  return {
    model: settings.GEMMA_MODEL,
    messages: [{ role: 'user', content: text }],
    tools: listed.map(({ tool }) => toolSchema(tool)),
    tool_choice: settings.GEMMA_TOOL_CHOICE,
    parallel_tool_calls: false,
    temperature: 0,
    max_tokens: MAX_TOKENS,
    logprobs: true,
    stream: false,
  };
}

/** The tool as the API takes it. Some servers drop enums and all other limits, so the descriptions say them too. */
function toolSchema({ name, description, parameters }: Tool): ChatCompletionTool {
  const properties = parameters.map((parameter) => [parameter.key, propertySchema(parameter)] as const);
  const required = parameters.filter((parameter) => parameter.required).map(({ key }) => key);
  const schema = { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false };
  return { type: 'function', function: { name, description, parameters: schema } };
}

function propertySchema({ type, description, options, constants }: ToolParameter) {
  const numbers = constants.filter((value) => typeof value === 'number');
  const listed = options.length > 0 ? ` One of: ${options.join(', ')}.` : '';
  const ranged = numbers.length > 1 ? ` From ${Math.min(...numbers)} to ${Math.max(...numbers)}.` : '';
  return {
    type: type.toLowerCase(),
    description: `${description}${listed || ranged}`.trim(),
    ...(options.length > 0 ? { enum: options } : {}),
  };
}

function chosenOf({ listed }: Question, completion: ChatCompletion): Chosen | Refusal {
  const [choice] = completion.choices ?? [];
  if (choice === undefined) return { reason: 'unparsable', reasoning: 'the server answered without a choice' };
  if (choice.finish_reason === 'length') return { reason: 'unparsable', reasoning: 'the answer is cut off' };
  const read = readCalls(choice.message);
  if (read === undefined) return { reason: 'unparsable', reasoning: 'the model called no function' };
  return firstMatch(listed, read, confidenceOf(choice));
}

/** The first call that is valid; where none is, what is wrong with the first. */
function firstMatch(listed: Question['listed'], { parsing, calls }: ReadCalls, confidence: number): Chosen | Refusal {
  const matched = calls.map((call) => matchCall(listed, call));
  for (const match of matched) {
    if ('reason' in match) continue;
    const { tool } = match.listed;
    if (tool.called?.complaint(parametersOf(tool, match.values)) !== undefined) continue;
    const told = calls.length === 1 ? `by ${parsing}` : `by ${parsing}, the first that is valid of ${calls.length}`;
    return { ...match, confidence, parsing, told };
  }
  const [first] = matched;
  if (first !== undefined && 'reason' in first) return first;
  return { reason: 'invalid_parameters', reasoning: 'the parameters do not satisfy the schema of the function' };
}

/** The probability of all that was written, where the server tells it. */
function confidenceOf({ logprobs }: ChatCompletion.Choice): number {
  const written = logprobs?.content ?? [];
  if (written.length === 0) return UNMEASURED;
  return Math.min(1, Math.exp(written.reduce((sum, { logprob }) => sum + logprob, 0)));
}
