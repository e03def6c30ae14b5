import { describe, expect, it } from 'vitest';
import { checkMatcher, parseMatcher } from '../../../../shared/runbook/matcher.ts';

const labels = { pod: 'web-1', zone: '', path: 'a"b\\c', text: 'one\ntwo' };

describe('parseMatcher', () => {
  it.each([
    ['pod="web-1"', true],
    ['pod=web-1', true],
    ['  pod  =  "web-1"  ', true],
    ['pod="web"', false],
    ['pod!="web"', true],
    ['pod!="web-1"', false],
    ['pod=~"web-.*"', true],
    ['pod=~"web"', false], // anchored
    ['pod=~"web|web-1"', true],
    ['pod=~web-\\d', true],
    ['pod=~"web-\\d"', true],
    ['pod=~"web-\\\\d"', true], // as Go quotes it
    ['pod=~"(?i)WEB-1"', true],
    ['pod!~"db-.*"', true],
    ['pod!~"web-.*"', false],
    ['node=""', true], // a missing label is empty
    ['zone=""', true],
    ['node=~".+"', false],
    ['node!~".+"', true],
    ['node!="x"', true],
    ['node!=""', false], // so is it here
    ['node=~".*"', true],
    ['constructor=""', true],
    ['path="a\\"b\\\\c"', true],
    ['text=~"one.two"', false], // a dot takes no newline in RE2
    ['text=~"(?s)one.two"', true],
  ])('%s: %j', (text, expected) => {
    expect(parseMatcher(text).test(labels)).toBe(expected);
  });

  it.each([
    ['', 'write label="value"'],
    ['pod', 'write label="value"'],
    ['pod == "x"', 'put it in double quotes'],
    ['pod="x', 'put it in double quotes'],
    ['pod="x"y"', 'put it in double quotes'],
    ['pod=~"x\\d\\"', 'put it in double quotes'],
    ['1pod="x"', 'write label="value"'],
    ['po-d="x"', 'write label="value"'],
    ['pod=~"("', 'bad regular expression "("'],
    ['pod=~"(?=x)"', 'no look-around'],
    ['pod=~"(a)\\\\1"', 'bad regular expression'],
  ])('%j is refused', (text, message) => {
    expect(() => checkMatcher(text)).toThrow(message);
  });

  it('takes linear time for an expression that would hang a backtracking engine', () => {
    const matcher = parseMatcher('pod=~"(a+)+$"');
    const started = performance.now();
    expect(matcher.test({ pod: `${'a'.repeat(5_000)}!` })).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
