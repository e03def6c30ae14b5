import { describe, expect, it } from 'vitest';
import { parseRuleFile } from '../../../../cli/rules/rule-file.ts';

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
  ])('is not %s', (_, text, message) => {
    expect(() => parseRuleFile(text, 'r.yaml')).toThrow(message);
  });
});
