import type { Parameters } from '../../shared/decision.ts';

/** What the model writes: a call with label references for values, or null, and why. */
export interface Answer {
  readonly lambda_function: string | null;
  /** Constants and `{{ $labels.x }}` templates. */
  readonly parameters: Parameters;
  readonly reasoning: string;
}

const REFERENCE = /(\{\{ \$labels\.[a-zA-Z_][a-zA-Z0-9_]* \}\})/;

/**
 * The JSON text of an answer in the units that the model writes it in: JSON punctuation with the key that follows, the
 * function, references, constants, the reasoning. Joined, they are the JSON an engineer would have written.
 *
 * @returns the units, and how many of them hold the decision; what follows is the reasoning
 */
export function answerUnits(answer: Answer): { units: string[]; decision: number } {
  const reasoning = [JSON.stringify(answer.reasoning).slice(1, -1), '"}'];
  if (answer.lambda_function === null) {
    return { units: ['{"lambda_function":null,"parameters":{},"reasoning":"', ...reasoning], decision: 1 };
  }
  const units = ['{"lambda_function":"', answer.lambda_function];
  let quoted = true; // whether the value before is text, whose closing quote is still to come
  let before = ',"parameters":{';
  for (const [name, value] of Object.entries(answer.parameters)) {
    units.push(`${quoted ? '"' : ''}${before}${JSON.stringify(name)}:${typeof value === 'string' ? '"' : ''}`);
    units.push(...valueUnits(value));
    quoted = typeof value === 'string';
    before = ',';
  }
  const none = Object.keys(answer.parameters).length === 0;
  units.push(`${quoted ? '"' : ''}${none ? before : ''}},"reasoning":"`);
  return { units: [...units, ...reasoning], decision: units.length };
}

function valueUnits(value: Parameters[string]): string[] {
  if (typeof value !== 'string') return [String(value)];
  const parts = value.split(REFERENCE).filter((part) => part !== '');
  return parts.map((part) => (REFERENCE.test(part) ? part : JSON.stringify(part).slice(1, -1)));
}
