import { isObject } from '../../shared/json.ts';
import { readApi } from '../server-api.ts';
import type { Rule } from './rule-file.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The alerting rules that the Prometheus at a URL has loaded; none where it lists none. @throws {UserError} */
export async function fetchRules(url: string): Promise<readonly Rule[]> {
  const answer = await readApi(url, 'api/v1/rules?type=alert');
  const data = isObject(answer) && isObject(answer.data) ? answer.data : {};
  return listOf(data.groups).flatMap(({ file, name, rules }) => {
    const place = [file, name].filter((part) => typeof part === 'string').join(': ');
    return listOf(rules).flatMap((rule) => ruleOf(rule, place));
  });
}

function ruleOf({ name, query, labels, annotations }: Fields, place: string): Rule[] {
  if (typeof name !== 'string') return [];
  const expr = typeof query === 'string' ? query : '';
  return [{ alert: name, place, fields: { alert: name, expr, labels, annotations } }];
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
