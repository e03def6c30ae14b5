/** docs/annotations.md: what it says becomes of an annotation is what becomes of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Labels, parseAlert } from '../../../shared/alert/alert.ts';
import { decideAnnotation } from '../../../shared/annotation.ts';
import type { Decision } from '../../../shared/decision.ts';
import { decideStatic } from '../../../shared/static-tier.ts';
import { smallRunbook } from '../../support/small-runbook.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/annotations.md'), 'utf8');

interface Rule {
  readonly alert: string;
  readonly annotations: Labels;
}

function tableUnder(heading: string): string[][] {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const [table = ''] = /^\|.*(?:\n\|.*)*/m.exec(section) ?? [];
  const [, , ...rows] = table.split('\n');
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`|`$/g, '')),
  );
}

function labelsOf(text: string): Labels {
  return Object.fromEntries([['alertname', 'A'], ...text.split(' ').map((pair) => pair.split('='))]);
}

function resultOf(decision: Decision | undefined): string | undefined {
  if (decision?.outcome !== 'selected') return decision?.reason;
  const parameters = Object.entries(decision.parameters).sort(([one], [other]) => (one < other ? -1 : 1));
  return [decision.lambda_function, ...parameters.map(([name, value]) => `${name}=${value}`)].join(' ');
}

describe('the table of docs/annotations.md', () => {
  it.each(tableUnder('What becomes of it'))('%s, %s %s: %s', (labels, lambda_function, lambda_parameters, result) => {
    const written = lambda_parameters === '' ? {} : { lambda_parameters };
    const alert = parseAlert({ labels: labelsOf(labels ?? ''), annotations: { lambda_function, ...written } });
    const decision =
      result === 'opted_out' ? decideStatic(smallRunbook, alert).at(-1) : decideAnnotation(smallRunbook, alert);
    expect(resultOf(decision)).toBe(result);
  });

  it('has a line for every reason that an annotation is given', () => {
    const reasons = tableUnder('What becomes of it').map(([, , , result = '']) => result);
    const given = ['unknown_function', 'invalid_parameters', 'missing_label', 'not_authorised', 'opted_out'];
    expect(given.filter((reason) => !reasons.includes(reason))).toEqual([]);
  });
});

describe('the grants of docs/annotations.md', () => {
  it('are those of the shipped policy', () => {
    const [, section = ''] = page.split('As shipped:\n');
    const [table = ''] = /^\|.*(?:\n\|.*)*/m.exec(section) ?? [];
    const rows = table
      .split('\n')
      .slice(2)
      .map((row) =>
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const names = { '`*`': ['*'], '`*` or none': ['*', ''], none: [''] } as Record<string, string[]>;
    const told = rows.map(([who = '', functions = '', target]) => ({
      namespaces: names[who],
      functions: functions.split(', '),
      target,
    }));
    expect(told).toEqual(smallRunbook.policy.annotations.map(({ isIn: _, ...grant }) => grant));
  });
});

describe('the PrometheusRule of docs/annotations.md', () => {
  const [, yaml = ''] = /```yaml\n(apiVersion[\s\S]*?)```/.exec(page) ?? [];
  const rules: Rule[] = parse(yaml).spec.groups[0].rules;
  const fired = ({ alert, annotations }: Rule) =>
    decideStatic(
      smallRunbook,
      parseAlert({ labels: { alertname: alert, namespace: 'shop', deployment: 'checkout' }, annotations }),
    ).at(-1);

  it('calls what the page says', () => {
    expect(rules.map((rule) => resultOf(fired(rule)))).toEqual([
      'scale-deployment name=checkout namespace=shop replicas=+2',
      'opted_out',
    ]);
  });
});
