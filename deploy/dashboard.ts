/** The Grafana dashboard: what comes in, what each tier decides, how long it takes, what goes wrong. */
interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly targets: Readonly<Record<string, string>>;
}

const PANELS: readonly Panel[] = [
  {
    title: 'Events by function and outcome',
    unit: 'ops',
    targets: {
      '{{function}} {{outcome}}': 'sum by (function, outcome) (rate(agent_sre_events_total[$__rate_interval]))',
    },
  },
  {
    title: 'Votes of the tiers',
    unit: 'ops',
    targets: {
      '{{method}} {{outcome}}': 'sum by (method, outcome) (rate(agent_sre_decisions_total[$__rate_interval]))',
    },
  },
  {
    title: 'Why tiers abstain',
    unit: 'ops',
    targets: {
      '{{method}} {{reason}}':
        'sum by (method, reason) (rate(agent_sre_decisions_total{outcome="abstained"}[$__rate_interval]))',
    },
  },
  {
    title: 'Time from request to answer, 99 of 100',
    unit: 's',
    targets: {
      '{{function}}':
        'histogram_quantile(0.99, sum by (function, le) (rate(agent_sre_stage_duration_seconds_bucket[$__rate_interval])))',
    },
  },
  {
    title: 'What became of remediations',
    unit: 'ops',
    targets: {
      '{{outcome}} {{reason}}': 'sum by (outcome, reason) (rate(agent_sre_remediations_total[$__rate_interval]))',
    },
  },
  {
    title: 'Memory of the functions',
    unit: 'bytes',
    targets: { '{{function}}': 'max by (function) (process_resident_memory_bytes{function!=""})' },
  },
];

export function dashboard(): object {
  return {
    uid: 'agent-sre',
    title: 'agent-sre',
    schemaVersion: 39,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels: PANELS.map(panel),
  };
}

function panel({ title, unit, targets }: Panel, index: number): object {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: { type: 'prometheus', uid: '$datasource' },
    gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: Object.entries(targets).map(([legendFormat, expr], each) => ({
      ...{ refId: String.fromCharCode(65 + each), expr, legendFormat },
    })),
  };
}
