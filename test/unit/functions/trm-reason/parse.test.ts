import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../../../functions/trm-reason/parse.ts';

const P = '"parameters":{"name":"{{ $labels.pod }}","namespace":"{{ $labels.namespace }}","type":"pod"}';
const CALL = `{"lambda_function":"pod-restart",${P},"reasoning":"it crashes"}`;
const NULL = '{"lambda_function":null,"parameters":{},"reasoning":"no remediation fits"}';

/** text → how it is read and the function, or 'nothing'. */
const TABLE: readonly (readonly [situation: string, text: string, outcome: string])[] = [
  // whole text
  ['a clean call', CALL, 'json pod-restart'],
  ['a clean null', NULL, 'json null'],
  ['white space around', `\n\t ${CALL} \n`, 'json pod-restart'],
  ['spread over lines', JSON.stringify(JSON.parse(CALL), null, 2), 'json pod-restart'],
  ['keys in another order', `{"reasoning":"x","lambda_function":"pod-restart",${P}}`, 'json pod-restart'],
  ['no reasoning', `{"lambda_function":"pod-restart",${P}}`, 'json pod-restart'],
  ['no parameters', '{"lambda_function":"pod-restart"}', 'json pod-restart'],
  ['unknown keys', `{"lambda_function":"pod-restart",${P},"extra":[1,{"a":2}]}`, 'json pod-restart'],
  ['an unknown function is read, and refused by the catalogue', '{"lambda_function":"rm -rf"}', 'json rm -rf'],
  ['another case is another function', '{"lambda_function":"Pod-Restart"}', 'json Pod-Restart'],
  ['an empty function', '{"lambda_function":""}', 'json '],
  [
    'a number as a parameter',
    '{"lambda_function":"scale-deployment","parameters":{"replicas":3}}',
    'json scale-deployment',
  ],
  ['escapes in a string', '{"lambda_function":"pod-restart","reasoning":"a \\"b\\" \\u00fc"}', 'json pod-restart'],
  ['braces inside a string', '{"lambda_function":"pod-restart","reasoning":"}{ }}"}', 'json pod-restart'],
  // code blocks
  ['a json code block', `\`\`\`json\n${CALL}\n\`\`\``, 'code_block pod-restart'],
  ['a bare code block', `\`\`\`\n${CALL}\n\`\`\``, 'code_block pod-restart'],
  ['text around a code block', `Here you are:\n\`\`\`json\n${CALL}\n\`\`\`\nDone.`, 'code_block pod-restart'],
  ['a code block of another language', `\`\`\`python\n${CALL}\n\`\`\``, 'code_block pod-restart'],
  ['an unclosed code block', `\`\`\`json\n${CALL}`, 'balanced pod-restart'],
  ['a code block without a line end', `\`\`\`${CALL}\`\`\``, 'balanced pod-restart'],
  ['an empty code block before the object', `\`\`\`\n\`\`\`\n${CALL}`, 'balanced pod-restart'],
  // the first balanced object
  ['text before', `The answer is ${CALL}`, 'balanced pod-restart'],
  ['text behind', `${CALL} and that is all`, 'balanced pod-restart'],
  ['the same answer twice', `${CALL}${CALL}`, 'balanced pod-restart'],
  ['an extra closing brace', `${CALL}}`, 'balanced pod-restart'],
  ['a closing brace before', `} ${CALL}`, 'balanced pod-restart'],
  ['a byte order mark before', `\u{feff}${CALL}`, 'balanced pod-restart'],
  ['a mark of an undecodable token behind', `${CALL}\u{fffd}`, 'balanced pod-restart'],
  ['null with text around', `so: ${NULL}.`, 'balanced null'],
  // field by field
  ['a trailing comma in the object', `{"lambda_function":"pod-restart",${P},}`, 'fields pod-restart'],
  [
    'a trailing comma in the parameters',
    '{"lambda_function":"pod-restart","parameters":{"name":"a",}}',
    'fields pod-restart',
  ],
  ['a missing closing brace', CALL.slice(0, -1), 'fields pod-restart'],
  ['the reasoning cut off', CALL.slice(0, -8), 'fields pod-restart'],
  ['a missing opening brace', CALL.slice(1), 'fields pod-restart'],
  ['a comma missing between the fields', `{"lambda_function":"pod-restart" ${P}}`, 'fields pod-restart'],
  ['an undecodable token inside', `{"lambda_function":"pod-restart",\u{fffd}${P}}`, 'fields pod-restart'],
  ['another object opened first', `{ ${CALL}`, 'fields pod-restart'],
  ['a nested object around, cut off', `{"answer":${CALL}`, 'fields pod-restart'],
  ['null with a trailing comma', '{"lambda_function":null,"parameters":{},}', 'fields null'],
  ['comments', `{"lambda_function":"pod-restart", // because\n${P}}`, 'fields pod-restart'],
  [
    'spaces around the colons, broken elsewhere',
    '{"lambda_function" : "pod-restart" , "parameters" : { } ,, }',
    'fields pod-restart',
  ],
  ['booleans and numbers, broken elsewhere', '{"lambda_function":"x","parameters":{"a":true,"b":-1.5},,}', 'fields x'],
  // nothing: half a call may mean another one
  ['nothing at all', '', 'nothing'],
  ['white space', ' \n ', 'nothing'],
  ['prose', 'I would restart the pod.', 'nothing'],
  ['an apology', 'I cannot help with that.', 'nothing'],
  ['an empty object', '{}', 'nothing'],
  ['an array', '[]', 'nothing'],
  ['an array of answers', `[${CALL}, 1`, 'balanced pod-restart'],
  ['a number', '42', 'nothing'],
  ['the word null', 'null', 'nothing'],
  ['a string of JSON', JSON.stringify(CALL), 'nothing'],
  ['cut off in the function', '{"lambda_function":"pod-res', 'nothing'],
  ['cut off behind the function', '{"lambda_function":"pod-restart","par', 'fields pod-restart'],
  ['cut off in the parameters', CALL.slice(0, 90), 'nothing'],
  ['cut off before the parameters close', '{"lambda_function":"pod-restart","parameters":{"name":"a"', 'nothing'],
  ['parameters that are not an object', '{"lambda_function":"pod-restart","parameters":[1]}', 'nothing'],
  ['parameters that are null', '{"lambda_function":"pod-restart","parameters":null}', 'nothing'],
  ['a parameter that is an object', '{"lambda_function":"pod-restart","parameters":{"name":{"x":1}}}', 'nothing'],
  ['a parameter that is null', '{"lambda_function":"pod-restart","parameters":{"name":null}}', 'nothing'],
  ['a function that is a number', '{"lambda_function":5}', 'nothing'],
  ['a function that is an array', '{"lambda_function":["pod-restart"]}', 'nothing'],
  ['single quotes', "{'lambda_function': 'pod-restart'}", 'nothing'],
  ['bare keys', '{lambda_function: "pod-restart"}', 'nothing'],
  ['yaml', 'lambda_function: pod-restart\nparameters: {}', 'nothing'],
  ['a key in another case', '{"Lambda_Function":"pod-restart"}', 'nothing'],
  ['Python words', '{"lambda_function":None,"parameters":{}}', 'nothing'],
  ['typographic quotes', '{“lambda_function”:“pod-restart”}', 'nothing'],
  ['two different functions in one object', `{"lambda_function":"a","lambda_function":"b",${P}}`, 'nothing'],
  ['two objects that disagree', `${CALL}${NULL}`, 'nothing'],
  ['a code block that disagrees with the text', `${NULL}\n\`\`\`json\n${CALL}\n\`\`\``, 'nothing'],
  ['control tokens', '<start_function_call>call:pod-restart{}<end_function_call>', 'nothing'],
  ['undecodable tokens only', '\u{fffd}\u{fffd}', 'nothing'],
  ['a megabyte of braces', '{'.repeat(1_000_000), 'nothing'],
  ['a megabyte of quotes', '"'.repeat(1_000_000), 'nothing'],
  ['a megabyte around an answer', ' '.repeat(1_000_000) + CALL, 'nothing'],
  ['sixteen thousand braces', '{'.repeat(16_000), 'nothing'],
  ['sixteen thousand backslashes', `{"lambda_function":"${'\\'.repeat(16_000)}`, 'nothing'],
];

describe('parseAnswer', () => {
  it.each(TABLE)('%s', (_, text, outcome) => {
    const parsed = parseAnswer(text);
    expect(parsed === undefined ? 'nothing' : `${parsed.parsing} ${parsed.lambda_function}`).toBe(outcome);
  });

  it('keeps every parameter when it reads field by field', () => {
    const parsed = parseAnswer(`{"lambda_function":"pod-restart",${P},}`);
    expect(parsed?.parameters).toEqual({
      name: '{{ $labels.pod }}',
      namespace: '{{ $labels.namespace }}',
      type: 'pod',
    });
  });

  it('reads any mix of fragments without throwing, in time linear in the text', () => {
    const fragment = fc.oneof(
      fc.constantFrom(
        CALL,
        NULL,
        P,
        '{',
        '}',
        '"',
        '\\',
        '```',
        '```json\n',
        '"lambda_function":',
        '"parameters":{',
        ',',
        ' ',
      ),
      fc.string({ maxLength: 40 }),
    );
    const bound = { timeout: 200, interruptAfterTimeLimit: 20_000 }; // milliseconds for one text; typical are 0.01
    const property = fc.asyncProperty(fc.array(fragment, { maxLength: 200 }), async (parts) => {
      const parsed = parseAnswer(parts.join(''));
      expect(
        parsed === undefined || parsed.lambda_function === null || typeof parsed.lambda_function === 'string',
      ).toBe(true);
    });
    return fc.assert(property, { numRuns: 2_000, ...bound });
  });
});
