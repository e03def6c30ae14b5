/** One page of metrics from several: Prometheus takes the head of a metric, HELP and TYPE, once. */

const PREFIX = 'agent_sre_';

/** The project's own metrics of all pages, in the order in which they first stand; every series keeps its labels. */
export function mergeMetrics(pages: readonly string[]): string {
  const heads = new Map<string, string[]>();
  const series = new Map<string, string[]>();
  for (const page of pages) {
    for (const { name, head, samples } of familiesOf(page)) {
      if (!name.startsWith(PREFIX)) continue;
      if (!heads.has(name)) heads.set(name, head);
      series.set(name, [...(series.get(name) ?? []), ...samples]);
    }
  }
  const lines = [...heads].flatMap(([name, head]) => [...head, ...(series.get(name) ?? [])]);
  return lines.map((line) => `${line}\n`).join('');
}

interface Family {
  readonly name: string;
  readonly head: string[];
  readonly samples: string[];
}

// As prom-client writes them: each metric begins with its HELP.
function familiesOf(page: string): Family[] {
  const families: Family[] = [];
  for (const line of page.split('\n')) {
    const [, name] = /^# HELP (\S+)/.exec(line) ?? [];
    if (name !== undefined) families.push({ name, head: [line], samples: [] });
    else if (line.startsWith('# ')) families.at(-1)?.head.push(line);
    else if (line !== '') families.at(-1)?.samples.push(line);
  }
  return families;
}
