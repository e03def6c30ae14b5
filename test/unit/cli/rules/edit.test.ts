import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffChars } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { addAnnotations, applyEdits } from '../../../../cli/rules/edit.ts';
import { parseRuleFile } from '../../../../cli/rules/rule-file.ts';
import { FIXTURES } from '../../../support/terminal.ts';

const ADDED = { lambda_function: 'pod-restart', lambda_parameters: '{"name":"{{ $labels.pod }}"}' };
const file = (rule: string) => `groups:\n- name: g\n  rules:\n${rule}\n`;

function edited(text: string): string | undefined {
  const added = parseRuleFile(text, 'rules.yaml').rules.map((rule) => addAnnotations(text, rule, ADDED));
  const placed = added.map((each) => ('edit' in each ? each.edit : undefined));
  return placed.every((each) => each !== undefined) ? applyEdits(text, placed) : undefined;
}

/** How a rule may be written, and how it is written with a function. Only lambda_function is shown. */
const PLACES: readonly [string, string, string][] = [
  [
    'a block',
    '  - alert: A\n    expr: up\n    annotations:\n      summary: s # why\n',
    '  - alert: A\n    expr: up\n    annotations:\n      lambda_function: f\n      summary: s # why\n',
  ],
  [
    'a block that comes first',
    '  - annotations:\n        summary: s\n    alert: A\n    expr: up\n',
    '  - annotations:\n        lambda_function: f\n        summary: s\n    alert: A\n    expr: up\n',
  ],
  [
    'no annotations',
    '  - alert: A\n    # above\n    expr: up\n',
    '  - alert: A\n    # above\n    annotations:\n      lambda_function: f\n    expr: up\n',
  ],
  [
    'braces',
    '  - alert: A\n    expr: up\n    annotations: { summary: s }\n',
    '  - alert: A\n    expr: up\n    annotations: { lambda_function: "f", summary: s }\n',
  ],
  [
    'empty braces',
    '  - alert: A\n    expr: up\n    annotations: {}\n',
    '  - alert: A\n    expr: up\n    annotations: {"lambda_function": "f"}\n',
  ],
  ['a rule in braces', '  - {alert: A, expr: up}\n', '  - {alert: A, annotations: {lambda_function: "f"}, expr: up}\n'],
  [
    'JSON over lines',
    '  - {"alert": "A",\n     "annotations": {\n       "summary": "s"\n     }, "expr": "up"}\n',
    '  - {"alert": "A",\n     "annotations": {\n       "lambda_function": "f",\n       "summary": "s"\n     }, "expr": "up"}\n',
  ],
  [
    'lines that end in CR LF',
    '  - alert: A\r\n    expr: up\r\n    annotations:\r\n      summary: s\r\n',
    '  - alert: A\r\n    expr: up\r\n    annotations:\r\n      lambda_function: f\r\n      summary: s\r\n',
  ],
];

describe('annotations are added to', () => {
  it.each(PLACES)('%s', (_, before, after) => {
    const text = file(before);
    const [rule] = parseRuleFile(text, 'rules.yaml').rules;
    const placed = rule && addAnnotations(text, rule, { lambda_function: 'f' });
    expect(placed && 'edit' in placed && applyEdits(text, [placed.edit])).toBe(file(after));
  });

  it.each([
    [
      'annotations that are an alias',
      '  - {alert: A, expr: up, annotations: &a {s: t}}\n  - {alert: B, expr: up, annotations: *a}',
    ],
    ['a rule that others are made from', '  - &r\n    alert: A\n    expr: up\n  - {<<: *r, alert: B}'],
    ['empty annotations', '  - alert: A\n    annotations:\n    expr: up'],
  ])('not %s', (_, rules) => {
    expect(edited(file(rules))).toBeUndefined();
  });
});

/** How many rules of each file get annotations, and how many are shared with others. */
const STYLES: readonly [string, number, number][] = [
  ['operator.yaml', 3, 0],
  ['flux.yaml', 1, 2],
  ['jsonnet.json', 3, 0],
  ['by-hand.yml', 2, 0], // and one that has it already
];
const LINE_ENDS = ['\n', '\r\n'];

describe('the files of several styles', () => {
  const cases = STYLES.flatMap((style) => LINE_ENDS.map((lineEnd) => [...style, lineEnd] as const));

  it.each(cases)('%s: %i rules get annotations, and nothing else changes; %i are left alone (%j)', (name, ...rest) => {
    const [placed, obstacles, lineEnd] = rest;
    const before = readFileSync(join(FIXTURES, 'rules', name), 'utf8').replaceAll('\n', lineEnd);
    const { rules } = parseRuleFile(before, name);
    const open = rules.filter(({ fields }) => !('lambda_function' in Object(fields.annotations)));
    const edits = new Map(open.map((each) => [each, addAnnotations(before, each, ADDED)]));
    const given = [...edits].flatMap(([each, placing]) => ('edit' in placing ? [{ each, edit: placing.edit }] : []));
    expect([given.length, edits.size - given.length]).toEqual([placed, obstacles]);
    const after = applyEdits(
      before,
      given.map(({ edit }) => edit),
    );
    const isGiven = (rule: unknown) => given.some(({ each }) => each === rule);
    const meant = rules.map((each) =>
      isGiven(each) ? { ...each.fields, annotations: { ...Object(each.fields.annotations), ...ADDED } } : each.fields,
    );
    expect(parseRuleFile(after, name).rules.map(({ fields }) => fields)).toEqual(meant);
    expect(diffChars(before, after).filter(({ removed }) => removed)).toEqual([]);
    expect(after.replaceAll(lineEnd, '')).not.toMatch(/[\r\n]/);
  });
});

const text = fc.string({
  unit: fc.constantFrom('a', ' ', "'", '"', ':', '#', '{', '}', '\n', 'ü', '{{ $labels.pod }}', '- '),
  maxLength: 30,
});
const rule = fc.record({
  alert: fc.constantFrom('A', 'Kube Pod', 'x:y'),
  expr: text,
  annotations: fc.option(fc.dictionary(fc.constantFrom('summary', 'description', 'runbook_url'), text), {
    nil: undefined,
  }),
});
const styles = fc.constantFrom<(value: unknown) => string>(
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 3),
  (value) => stringify(value),
  (value) => stringify(value, { indent: 4, lineWidth: 40 }),
  (value) => stringify(value, { indentSeq: false, defaultStringType: 'QUOTE_DOUBLE' }),
  (value) => stringify(value, { collectionStyle: 'flow' }),
);

describe('whatever the style of a file', () => {
  it('nothing but the annotations changes, and only insertions are made', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), styles, (rules, style) => {
        const before = style({ groups: [{ name: 'g', rules }] });
        const after = edited(before) ?? '';
        const was = parseRuleFile(before, 'rules.yaml').rules.map(({ fields }) => fields);
        const meant = was.map((fields) => ({ ...fields, annotations: { ...Object(fields.annotations), ...ADDED } }));
        expect(parseRuleFile(after, 'rules.yaml').rules.map(({ fields }) => fields)).toEqual(meant);
        expect(diffChars(before, after).some(({ removed }) => removed)).toBe(false);
      }),
    );
  });
});
