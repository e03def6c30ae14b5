import { describe, expect, it } from 'vitest';
import { parseRuleFile } from '../../../../cli/rules/rule-file.ts';

/** Nine aliases of nine aliases, nine times over. */
const BOMB = Array.from({ length: 9 }, (_, level) => {
  const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`));
  return `a${level}: &a${level} [${items.join(', ')}]`;
}).join('\n');
const RULE = '  - alert: A\n    expr: up\n    annotations:\n      summary: ';
const file = (summary: string) => `groups:\n- name: g\n  rules:\n${RULE}${summary}\n`;
const namesOf = (text: string) => parseRuleFile(text, 'r.yaml').rules.map(({ alert, place }) => `${alert} ${place}`);

describe('a rule file', () => {
  it.each([
    ['what Prometheus fills in', 'Pod {{ $labels.pod }} of {{ .Labels.job }} {{ $value | humanize }} {{ .Value }}'],
    ['its other templates', '\'{{ with query "up" }}{{ . | first | value }}{{ end }} {{- /* a */ -}}\''],
    ['a label that sounds like Helm', 'Pod {{ $labels.Values }} .Values'],
    ['a tab in a block', '|\n        a\n        \tb'],
  ])('may have %s', (_, summary) => {
    expect(namesOf(file(summary))).toEqual(['A r.yaml:4']);
  });

  it('may have several documents, PrometheusRules and Lists of them', () => {
    const rule = '{ spec: { groups: [{ name: g, rules: [{ alert: B, expr: up }, { record: r, expr: up }] }] } }';
    expect(namesOf(`${file('a')}---\n${rule}\n---\nkind: List\nitems: [${rule}]\n`)).toEqual([
      ...['A r.yaml:4', 'B r.yaml:9', 'B r.yaml:12'],
    ]);
  });

  it.each([
    [
      'a template of Helm',
      '{{- if .Values.rules.create }}\ngroups: []\n{{- end }}\n',
      'r.yaml:1: this is a template of Helm',
    ],
    [
      'one that is YAML all the same',
      file('Pod {{`{{`}} $labels.pod {{`}}`}}'),
      'r.yaml:7: this is a template of Helm',
    ],
    ['one with another escape', file('\'{{ "{{" }} $labels.pod {{ "}}" }}\''), 'r.yaml:7: this is a template of Helm'],
    ['one that includes', `metadata:\n  name: {{ include "n" . }}\n`, 'r.yaml:2: this is a template of Helm'],
    ['what is not YAML', 'groups:\n- a: [\n', 'r.yaml:3: '],
    ['a tab for a space', 'groups:\n\t- name: g\n', 'r.yaml:2: '],
    ['no rule', 'groups: []\n', 'r.yaml holds no alerting rule'],
    ['nothing', '', 'r.yaml holds no alerting rule'],
    ['30 MB of brackets', '['.repeat(30e6), 'r.yaml:1: nested deeper than 200 levels'],
    ['30 MB of braces', '{'.repeat(30e6), 'r.yaml:1: nested deeper than 200 levels'],
    ['30 MB of dashes', `groups:\n${'- '.repeat(15e6)}`, 'r.yaml:2: nested deeper than 200 levels'],
    [
      '20,000 braces and spaces',
      `groups: "${'{{  '.repeat(20_000)}${' '.repeat(20_000)}"`,
      'r.yaml holds no alerting rule',
    ],
    ['10,000 errors', '"'.repeat(20_000), 'r.yaml:1: Unexpected double-quoted-scalar'],
    ['a list of itself', 'items: &a [{ items: *a }]', 'r.yaml holds no alerting rule'],
    [
      'aliases that stand for too much',
      `${BOMB}\ngroups: [{ rules: [{ alert: A, labels: *a8 }] }]`,
      'r.yaml:10: Excessive alias',
    ],
  ])('is not %s', (_, text, message) => {
    expect(() => parseRuleFile(text, 'r.yaml')).toThrow(message);
  });
});
