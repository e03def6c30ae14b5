import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decoded, decodeCall } from '../../functions/gemma-fallback/decode.ts';
import { askedOf } from '../../functions/gemma-fallback/onnx.ts';
import { questionOf, readingOf } from '../../functions/gemma-fallback/reading.ts';
import { createTokenizer } from '../../functions/gemma-fallback/tokenizer.ts';
import { isValue, type Value } from '../../functions/gemma-fallback/tools.ts';
import { parametersOf } from '../../functions/gemma-fallback/values.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { type CatalogueFunction, catalogueFunction, type Runbook } from '../../shared/runbook/runbook.ts';
import { createRandom } from '../../training/data/random.ts';
import { anyAlert } from '../support/arbitraries.ts';
import { smallRunbook } from '../support/small-runbook.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/gemma');
const readFixture = (name: string): unknown => JSON.parse(readFileSync(join(FIXTURE, name), 'utf8'));
const tokenizer = createTokenizer(readFixture('tokenizer.json'), readFixture('tokenizer_config.json'));

const words = fc.constantFrom(
  'name',
  'namespace',
  'type',
  'description',
  'mode',
  'a-b',
  'a_b',
  'Force',
  'count',
  'nullable',
);
const text = fc.oneof(
  fc.constantFrom('web', 'web-1', 'true', '5', '50', 'a b', 'ü', '▁x', ' x', '}', ',', '<escape>'),
  fc.string(),
);
const least = fc.integer({ min: -20, max: 20 });
const number = fc.record({ least, span: fc.integer({ min: 0, max: 40 }) }).map(({ least: minimum, span }) => ({
  ...{ type: 'integer', minimum, maximum: minimum + span },
}));
const pattern = fc.constantFrom(
  { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 63 },
  { type: 'string', pattern: '^[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?$' },
);
const schema = fc.oneof(
  pattern,
  fc.record({ type: fc.constant('string') }),
  fc.record({ type: fc.constant('string'), enum: fc.uniqueArray(text, { minLength: 1, maxLength: 5 }) }),
  fc.record({ enum: fc.uniqueArray(fc.oneof(text, fc.integer(), fc.boolean()), { minLength: 1, maxLength: 4 }) }),
  fc.record({ type: fc.constant('boolean') }),
  fc.record({ const: fc.oneof(text, fc.integer()) }),
  number,
  fc.record({ type: fc.constant('integer') }), // no range: only what the alert says
  number.map((integer) => ({ anyOf: [integer, { type: 'string', pattern: '^\\+[1-9]$' }], default: '+1' })),
  fc.record({ type: fc.constant('array') }), // never a parameter of a call
);
const parameters = fc
  .tuple(fc.dictionary(words, schema, { maxKeys: 5 }), fc.array(words, { maxLength: 2 }), fc.boolean())
  .map(([properties, wanted, oneOf]) => {
    const names = Object.keys(properties);
    const required = [...new Set(wanted)].filter((name) => names.includes(name));
    const either = oneOf && names.length > 1 ? { anyOf: names.slice(0, 2).map((name) => ({ required: [name] })) } : {};
    return { type: 'object' as const, properties, required, additionalProperties: false, ...either };
  });
const target = fc.constantFrom('pod', 'deployment', 'workload', 'host', 'claim');
const declared = fc.record({
  description: fc.oneof(text, fc.constant('Restart a pod that crashes')),
  risk: fc.constantFrom('observe', 'disruptive'),
  fill: fc.array(fc.record({ target }), { maxLength: 2 }),
  parameters,
});
const functionName = fc.constantFrom(
  'pod-restart',
  'pod-restart-all',
  'pod',
  '9-lives',
  'look',
  'scale',
  'undo',
  'x',
  'xy',
  'x-y',
);
const anyRunbook = fc.dictionary(functionName, declared, { minKeys: 1, maxKeys: 10 }).map((functions): Runbook => {
  const ajv = new Ajv({ strict: false, validateSchema: false });
  const made = Object.entries(functions).map(
    ([name, each]) => [name, catalogueFunction(ajv, name, each as never)] as const,
  );
  return { ...smallRunbook, catalogue: new Map(made), situations: new Map() };
});

/** Logits of dice: each model is another seed. */
async function decodeByDice(
  runbook: Runbook,
  alert: Alert,
  seed: number,
): Promise<{ decoded: Decoded; called: Called }> {
  const question = questionOf(readingOf(runbook), alert);
  const { prefix, suffix, plan } = askedOf(question);
  expect(tokenizer.encode(suffix.text).filter((id) => tokenizer.controls.has(id))).toEqual([]);
  expect(prefix.match(/<start_of_turn>|<end_of_turn>/g)).toHaveLength(2);
  const random = createRandom(seed);
  const next = async () => Float32Array.from({ length: tokenizer.size }, () => 10 * random.next());
  const decoded = await decodeCall(next, tokenizer.encode, tokenizer.control, [2], plan);
  const listed = question.listed.find(({ tool }) => tool.name === decoded.tool);
  if (listed === undefined) throw new Error('a tool that was not listed');
  return {
    decoded,
    called: { called: listed.tool.called, parameters: parametersOf(listed.tool, new Map(decoded.values)) },
  };
}

interface Called {
  readonly called: CatalogueFunction | undefined;
  readonly parameters: Readonly<Record<string, Value>>;
}

/** Every scalar that stands anywhere in a schema, and what lies in one of its ranges; read without the code under test. */
function isOfSchema(part: unknown, value: Value): boolean {
  if (isValue(part)) return part === value;
  if (typeof part !== 'object' || part === null) return false;
  const { minimum, maximum, type } = part as Record<string, unknown>;
  if (type === 'boolean' && typeof value === 'boolean') return true;
  if (typeof minimum === 'number' && typeof maximum === 'number' && typeof value === 'number') {
    if (value >= minimum && value <= maximum) return true;
  }
  return Object.values(part).some((each) => isOfSchema(each, value));
}

const isOfAlert = ({ labels }: Alert, value: Value) =>
  Object.values(labels).some((label) => [label, `app.kubernetes.io/name=${label}`].includes(String(value)));

describe('whatever the catalogue, the alert and the model are', () => {
  it('a call satisfies its schema, and holds nothing but values of the alert and of the catalogue', async () => {
    const tools = new Set<string>();
    let calls = 0;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(anyRunbook, anyAlert, fc.integer({ min: 1, max: 1e9 }), async (runbook, alert, seed) => {
        const { decoded, called } = await decodeByDice(runbook, alert, seed);
        tools.add(decoded.tool);
        if (called.called === undefined) return;
        calls++;
        runs += decoded.runs;
        expect(called.called.complaint(called.parameters)).toBeUndefined();
        for (const value of Object.values(called.parameters)) {
          expect(isOfAlert(alert, value) || isOfSchema(called.called.schema, value)).toBe(true);
        }
        for (const { confidence } of decoded.slots) expect(confidence).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
    expect(tools.size).toBeGreaterThan(8);
    expect(calls).toBeGreaterThan(300);
    expect(runs / calls).toBeLessThan(12);
  }, 120_000); // each run compiles a catalogue
});
