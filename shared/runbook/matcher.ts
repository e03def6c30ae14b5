import { RE2JS } from 're2js';
import { type Labels, labelValue } from '../alert/alert.ts';

const MATCH_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof MATCH_OPERATORS)[number];

/** One matcher of Alertmanager's syntax. A missing label has the value ''; regular expressions are anchored. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly test: (labels: Labels) => boolean;
}

const SYNTAX = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/s;
const UNQUOTED = /^(?!=)[^"]*$/s;

/**
 * Parses `name op "value"` (quotes may be left out). Regular expressions run on RE2: linear in the text, so no runbook
 * and no alert can hang the process. Each is compiled when it is first needed, since a runbook has thousands and an alert
 * meets a few: checkMatcher tells whether it can be.
 *
 * @throws {Error} saying what is wrong with the matcher
 */
export function parseMatcher(text: string): Matcher {
  const [, name, operator, quoted] = SYNTAX.exec(text) ?? [];
  if (name === undefined || operator === undefined || quoted === undefined) {
    throw new Error(`bad matcher ${JSON.stringify(text)}: write label="value", with =, !=, =~ or !~`);
  }
  const value = unquote(quoted);
  const operation = MATCH_OPERATORS.find((candidate) => candidate === operator) ?? '=';
  return { name, operator: operation, value, test: testOf(name, operation, value) };
}

/** Parses a matcher that nobody has checked yet. @throws {Error} saying what is wrong with it, the regular expression too */
export function checkMatcher(text: string): Matcher {
  const matcher = parseMatcher(text);
  if (matcher.operator === '=~' || matcher.operator === '!~') patternOf(matcher.value);
  return matcher;
}

function testOf(name: string, operator: MatchOperator, value: string): (labels: Labels) => boolean {
  switch (operator) {
    case '=':
      return (labels) => (labelValue(labels, name) ?? '') === value;
    case '!=':
      return (labels) => (labelValue(labels, name) ?? '') !== value;
    case '=~':
      return patternTest(name, value);
    case '!~': {
      const matches = patternTest(name, value);
      return (labels) => !matches(labels);
    }
    default:
      return operator satisfies never;
  }
}

function patternTest(name: string, value: string): (labels: Labels) => boolean {
  let pattern: Pattern | undefined;
  return (labels) => {
    pattern ??= patternOf(value);
    const text = labelValue(labels, name);
    return text === undefined ? pattern.takesMissing() : pattern.takes(text);
  };
}

interface Pattern {
  readonly takes: (text: string) => boolean;
  /** Most labels that a condition asks for are missing: their empty value is matched once. */
  readonly takesMissing: () => boolean;
}

/** The runbook's patterns, compiled; most stand beside several labels. */
const patterns = new Map<string, Pattern>();

function patternOf(pattern: string): Pattern {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  try {
    const compiled = RE2JS.compile(pattern);
    let missing: boolean | undefined;
    const made: Pattern = {
      takes: (text) => compiled.matches(text),
      takesMissing() {
        missing ??= compiled.matches('');
        return missing;
      },
    };
    patterns.set(pattern, made);
    return made;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new Error(`bad regular expression ${JSON.stringify(pattern)}: ${why} (RE2 syntax, no look-around)`);
  }
}

function unquote(text: string): string {
  if (UNQUOTED.test(text)) return text;
  if (!QUOTED.test(text)) throw new Error(`bad matcher value ${text}: put it in double quotes`);
  try {
    return String(JSON.parse(text));
  } catch {
    // A regular expression such as "\d+" is not a JSON string: Alertmanager keeps such a backslash.
    return text.slice(1, -1);
  }
}
