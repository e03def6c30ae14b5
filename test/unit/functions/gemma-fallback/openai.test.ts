import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenAiSettings, openAiBackend } from '../../../../functions/gemma-fallback/openai.ts';
import { readingOf } from '../../../../functions/gemma-fallback/reading.ts';
import { decideByGemma } from '../../../../functions/gemma-fallback/reason.ts';
import type { Alert } from '../../../../shared/alert/alert.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const reading = readingOf(smallRunbook);
const THRESHOLDS = { none: 0.8, observe: 0.8, mutating: 0.95 };
const alert: Alert = {
  alertname: 'PostgresDown',
  status: 'firing',
  labels: { alertname: 'PostgresDown', namespace: 'shop', pod: 'web-7c9f8d5b6-x2x7k' },
  annotations: {},
};
const LOOK = { name: 'web-7c9f8d5b6-x2x7k', namespace: 'shop' };

interface Scripted {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answers. */
  readonly hangs?: boolean;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that gives its answers in turn, the last one again and again, and what it was asked. */
async function serve(...answers: readonly Scripted[]) {
  const requests: Record<string, unknown>[] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk));
    request.on('end', () => {
      requests.push(JSON.parse(text));
      const { status = 200, body, headers, hangs } = answers[Math.min(requests.length, answers.length) - 1] ?? {};
      if (hangs) return;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const settings: OpenAiSettings = {
    ...{ GEMMA_BASE_URL: `http://127.0.0.1:${port}/v1`, GEMMA_MODEL: 'functiongemma', GEMMA_API_KEY_FILE: '' },
    ...{ GEMMA_TOOL_CHOICE: 'auto', GEMMA_TIMEOUT_MS: 20_000 },
  };
  return { settings, requests };
}

/** The decision, in a word or two, and how often the server was asked. */
async function decide(answers: readonly Scripted[], change: Partial<OpenAiSettings> = {}, given = alert) {
  const { settings, requests } = await serve(...answers);
  const decision = await decideByGemma(openAiBackend({ ...settings, ...change }), reading, given, THRESHOLDS);
  return { decision, requests, told: `${decision.outcome} ${decision.reason}`, asked: requests.length };
}

const says = (message: object, more: object = {}): Scripted => ({
  body: { choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message }, ...more }] },
});
const calls = (...named: [string, unknown][]): Scripted =>
  says({
    content: null,
    tool_calls: named.map(([name, given]) => ({ id: '1', type: 'function', function: { name, arguments: given } })),
  });
const AGAIN = { 'retry-after-ms': '1' };

describe('an answer of the server', () => {
  it.each<[string, Scripted, string]>([
    ['a call', calls(['pod_check_status', JSON.stringify(LOOK)]), 'selected answered'],
    ['a call whose arguments are an object', calls(['pod_check_status', LOOK]), 'selected answered'],
    ["a call by the catalogue's name", calls(['pod-check-status', LOOK]), 'selected answered'],
    ['several calls: the first that is valid', calls(['nope', {}], ['pod_check_status', LOOK]), 'selected answered'],
    [
      'markup in the content',
      says({
        content: 'call:pod_check_status{name:<escape>web-7c9f8d5b6-x2x7k<escape>,namespace:<escape>shop<escape>}',
      }),
      'selected answered',
    ],
    [
      'JSON in the content',
      says({ content: JSON.stringify({ name: 'pod_check_status', arguments: LOOK }) }),
      'selected answered',
    ],
    ['the call that does nothing, where an entry names the alert', calls(['no_action', {}]), 'abstained contradicted'],
    [
      'a mutating call, without a probability',
      calls(['pod_restart', { ...LOOK, which_type: 'pod' }]),
      'abstained below_threshold',
    ],
    ['prose', says({ content: 'I cannot assist with that.' }), 'abstained unparsable'],
    ['arguments cut off', calls(['pod_check_status', '{"name": "web-']), 'abstained unparsable'],
    ['an answer cut off', says({ content: 'call:f{}' }, { finish_reason: 'length' }), 'abstained unparsable'],
    ['no choice', { body: { choices: [] } }, 'abstained unparsable'],
    ['a page', { body: '<html>', headers: { 'content-type': 'text/html' } }, 'abstained unparsable'],
    ['JSON cut off', { body: '{"choices": [{"mess' }, 'abstained failed'],
    ['a function that was not offered', calls(['rm_rf', LOOK]), 'abstained unknown_function'],
    ['a value from nowhere', calls(['pod_check_status', { ...LOOK, name: 'web-2' }]), 'abstained invalid_parameters'],
    [
      'a label in another case',
      calls(['pod_check_status', { ...LOOK, name: 'WEB-7C9F8D5B6-X2X7K' }]),
      'abstained invalid_parameters',
    ],
    ['a parameter too many', calls(['pod_check_status', { ...LOOK, force: true }]), 'abstained invalid_parameters'],
    [
      'a parameter too few',
      calls(['pod_check_status', { name: 'web-7c9f8d5b6-x2x7k' }]),
      'abstained invalid_parameters',
    ],
    [
      'the value of another slot',
      calls(['pod_check_status', { ...LOOK, name: 'shop' }]),
      'abstained invalid_parameters',
    ],
  ])('%s', async (_, answer, expected) => {
    const { told, asked } = await decide([answer]);
    expect({ told, asked }).toEqual({ told: expected, asked: 1 });
  });

  it('the call that does nothing, where no entry names the alert', async () => {
    const unnamed = { ...alert, alertname: 'Unnamed', labels: { ...alert.labels, alertname: 'Unnamed' } };
    const { told } = await decide([calls(['no_action', {}])], {}, unnamed);
    expect(told).toBe('none no_action');
  });

  it('in another type or case is read as the value that it means', async () => {
    const logprobs = { content: [{ token: 'x', logprob: -0.01 }] };
    const restart = says(
      { tool_calls: [{ function: { name: 'pod_restart', arguments: { ...LOOK, which_type: 'POD' } } }] },
      { logprobs },
    );
    const { decision } = await decide([restart], {}, { ...alert, alertname: 'KubePodCrashLooping' });
    expect(decision).toMatchObject({
      outcome: 'selected',
      lambda_function: 'pod-restart',
      parameters: { ...LOOK, type: 'pod' },
    });
    expect(decision.confidence).toBeCloseTo(Math.exp(-0.01));
  });
});

describe('a failure of the server', () => {
  it.each<[string, Scripted[], string, number]>([
    ['400', [{ status: 400, body: { error: { message: 'bad' } } }], 'abstained failed', 1],
    ['404', [{ status: 404, body: {} }], 'abstained failed', 1],
    [
      '429 twice',
      [{ status: 429, headers: AGAIN }, { status: 429, headers: AGAIN }, calls(['pod_check_status', LOOK])],
      'selected answered',
      3,
    ],
    ['429 without end', [{ status: 429, headers: AGAIN }], 'abstained failed', 3],
    ['500 once', [{ status: 500, headers: AGAIN }, calls(['pod_check_status', LOOK])], 'selected answered', 2],
    ['500 without end', [{ status: 500, headers: AGAIN }], 'abstained failed', 3],
  ])('%s', async (_, answers, expected, times) => {
    const { told, asked } = await decide(answers);
    expect({ told, asked }).toEqual({ told: expected, asked: times });
  });

  it.each<[string, Scripted]>([
    ['one that never answers', { hangs: true }],
    ['one that wants to be asked in a minute', { status: 429, headers: { 'retry-after': '50' } }],
  ])('%s is given up at the deadline', async (_, answer) => {
    const started = performance.now();
    const { told } = await decide([answer], { GEMMA_TIMEOUT_MS: 300 });
    expect(told).toBe('abstained timed_out');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('is met by asking without the parameter that a 400 names, also the next time', async () => {
    const refuses = (name: string) => ({ status: 400, body: { error: { message: `unknown field ${name}` } } });
    const { settings, requests } = await serve(
      refuses('parallel_tool_calls'),
      refuses('logprobs'),
      calls(['pod_check_status', LOOK]),
    );
    const backend = openAiBackend(settings);
    for (const _ of [1, 2]) expect((await decideByGemma(backend, reading, alert, THRESHOLDS)).outcome).toBe('selected');
    expect(requests.map((request) => ['parallel_tool_calls', 'logprobs'].filter((name) => name in request))).toEqual([
      ['parallel_tool_calls', 'logprobs'],
      ['logprobs'],
      [],
      [],
    ]);
  });

  it('five times in a row stops the asking for half a minute', async () => {
    const { settings, requests } = await serve(
      ...Array(5).fill({ status: 500, headers: { 'x-should-retry': 'false' } }),
      calls(['pod_check_status', LOOK]),
    );
    let now = 0;
    const backend = openAiBackend(settings, () => now);
    const ask = async () => (await decideByGemma(backend, reading, alert, THRESHOLDS)).reason;
    for (const _ of Array(5).keys()) expect(await ask()).toBe('failed');
    expect([await ask(), backend.health(), requests.length]).toEqual(['unavailable', 'unavailable', 5]);
    now = 30_000;
    expect([await ask(), backend.health(), requests.length]).toEqual(['answered', 'ready', 6]);
  });
});

describe('a request', () => {
  it('declares the tools with their limits in the descriptions, and is the same but for the alert', async () => {
    const { requests } = await decide([calls(['no_action', {}])]);
    const [{ tools, ...rest } = { tools: [] }] = requests;
    expect(rest).toMatchObject({
      model: 'functiongemma',
      temperature: 0,
      stream: false,
      tool_choice: 'auto',
      max_tokens: 128,
    });
    const restart = (tools as { function: { name: string } }[]).find((tool) => tool.function.name === 'pod_restart');
    expect(restart?.function).toMatchObject({
      parameters: {
        required: ['name', 'namespace'],
        additionalProperties: false,
        properties: {
          which_type: {
            type: 'string',
            enum: ['pod', 'deployment', 'statefulset', 'daemonset'],
            description: 'What the name names One of: pod, deployment, statefulset, daemonset.',
          },
        },
      },
    });
  });

  it('is made a second time without the annotations where the call would change something', async () => {
    const sure = { logprobs: { content: [{ token: 'x', logprob: 0 }] } };
    const restart = says(
      { tool_calls: [{ function: { name: 'pod_restart', arguments: { ...LOOK, which_type: 'pod' } } }] },
      sure,
    );
    const told = { ...alert, alertname: 'KubePodCrashLooping', annotations: { summary: 'the pod crashes' } };
    const { decision, requests } = await decide([restart, calls(['no_action', {}])], {}, told);
    expect(decision).toMatchObject({ outcome: 'abstained', reason: 'unconfirmed' });
    expect(requests.map(({ messages }) => JSON.stringify(messages).includes('crashes'))).toEqual([true, false]);
  });
});
