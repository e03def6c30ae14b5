import { describe, expect, it } from 'vitest';
import { readCalls } from '../../../../functions/gemma-fallback/parse.ts';

const call = (name: string, given: unknown) => ({ id: '1', type: 'function', function: { name, arguments: given } });
const POD = { name: 'web-1', namespace: 'shop' };

describe('readCalls', () => {
  it.each<[string, object, string, readonly (readonly [string, object])[]]>([
    ['arguments as text', { tool_calls: [call('f', JSON.stringify(POD))] }, 'tool_calls', [['f', POD]]],
    ['arguments as an object, as Ollama has them', { tool_calls: [call('f', POD)] }, 'tool_calls', [['f', POD]]],
    [
      'no arguments',
      { tool_calls: [call('f', ''), call('g', undefined)] },
      'tool_calls',
      [
        ['f', {}],
        ['g', {}],
      ],
    ],
    [
      'several calls',
      { content: '', tool_calls: [call('f', '{}'), call('g', '{"a":1}')] },
      'tool_calls',
      [
        ['f', {}],
        ['g', { a: 1 }],
      ],
    ],
    ['one of several that is cut off', { tool_calls: [call('f', '{"na'), call('g', '{}')] }, 'tool_calls', [['g', {}]]],
    [
      'the older function_call',
      { function_call: { name: 'f', arguments: '{"a":1}' } },
      'tool_calls',
      [['f', { a: 1 }]],
    ],
    [
      'markup in the content',
      { content: '<start_function_call>call:f{name:<escape>a, b}<escape>,n:3,ok:true}<end_function_call>' },
      'markup',
      [['f', { name: 'a, b}', n: '3', ok: 'true' }]],
    ],
    [
      'markup whose control tokens are gone',
      { content: ' call:f{city: Tokyo, n: 3} model' },
      'markup',
      [['f', { city: 'Tokyo', n: '3' }]],
    ],
    [
      'two calls in markup',
      { content: 'call:f{}call:g{a:1}' },
      'markup',
      [
        ['f', {}],
        ['g', { a: '1' }],
      ],
    ],
    ['JSON in the content', { content: '{"name": "f", "arguments": {"a": 1}}' }, 'json', [['f', { a: 1 }]]],
    [
      'JSON in a block of code',
      { content: 'Here:\n```json\n{"name": "f", "parameters": {"a": 1}}\n```' },
      'json',
      [['f', { a: 1 }]],
    ],
    ['JSON among prose', { content: 'I call {"name": "f", "arguments": "{}"} now.' }, 'json', [['f', {}]]],
  ])('%s', (_, message, parsing, calls) => {
    expect(readCalls(message)).toEqual({ parsing, calls: calls.map(([name, values]) => ({ name, values })) });
  });

  it.each<[string, unknown]>([
    ['prose', { content: 'I cannot assist with that.' }],
    ['nothing', { content: null }],
    ['no message', undefined],
    ['arguments that are cut off', { tool_calls: [call('f', '{"name": "we')] }],
    ['markup that is cut off', { content: 'call:f{name:<escape>web' }],
    ['arguments that are a list', { tool_calls: [call('f', '[1]')] }],
    ['a call without a name', { tool_calls: [{ function: { arguments: '{}' } }] }],
    ['calls that are a text', { tool_calls: 'f' }],
  ])('%s is no call', (_, message) => {
    expect(readCalls(message)).toBeUndefined();
  });

  it('takes time linear in the text', () => {
    const hostile = `${'call:f{'.repeat(20_000)}${'a:<escape>'.repeat(20_000)}`;
    const started = performance.now();
    readCalls({ content: hostile });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
