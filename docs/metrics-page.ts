import type { Registry } from 'prom-client';
import { noCounts } from '../broker/counts.ts';
import { createRunnerMetrics } from '../cli/run/metrics.ts';
import { createMetrics } from '../shared/runtime/host/metrics.ts';
import { code, page, table } from './markdown.ts';

const INTRO = `# Metrics

In the text format of Prometheus, at \`GET /metrics\`: of each function on a cluster, and of all that runs at the one port of
\`npm start\`.`;

const OF_FUNCTIONS = `## Of a function

Each series also has the label \`function\`. The function itself also serves those of the process and of Node.js that
prom-client collects (\`process_…\`, \`nodejs_…\`). \`npm start\` shows those of the table, of the functions that run at the time.
A function that starts again counts from 0.`;

const OF_RUN = `## Of agent-sre run

The embedded broker and the processes of the functions, at the port of \`npm start\`.`;

/** docs/metrics.md: the metrics in the registries. */
export function metricsPage(): string {
  const own = tableOf(createMetrics('docs').registry, (name) => !/^(process|nodejs)_/.test(name));
  return page(
    INTRO,
    OF_FUNCTIONS,
    own,
    OF_RUN,
    tableOf(createRunnerMetrics(noCounts(), new Map()), () => true),
  );
}

function tableOf(registry: Registry, isShown: (name: string) => boolean): string {
  const rows = registry
    .getMetricsAsArray()
    .filter(({ name }) => isShown(name))
    .map((metric) => [code(metric.name), typeOf(metric), labelsOf(metric), metric.help]);
  return table(['metric', 'type', 'labels', 'meaning'], rows);
}

function typeOf(metric: object): string {
  return metric.constructor.name.toLowerCase();
}

// prom-client keeps the names of a metric's labels, and its types do not show them.
function labelsOf(metric: object): string {
  const names = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
  return names
    .filter((name) => name !== 'le')
    .map(code)
    .join(', ');
}
