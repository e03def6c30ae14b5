import { isObject } from '../../shared/json.ts';
import { readApi } from '../server-api.ts';
import type { Rule } from './rule-file.ts';

/** The alerting rules that the Prometheus at a URL has loaded; none where it lists none. @throws {UserError} */
export async function fetchRules(url: string): Promise<readonly Rule[]> {
  const answer = await readApi(url, 'api/v1/rules?type=alert');
  const data = isObject(answer) && isObject(answer.data) ? answer.data : {};
  return listOf(data.groups).flatMap((group) =>
    listOf(group.rules).map(({ name, query, labels, annotations }) => ({
      alert: String(name),
      place: `${group.file}: ${group.name}`,
      fields: { alert: name, expr: query, labels, annotations },
    })),
  );
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
