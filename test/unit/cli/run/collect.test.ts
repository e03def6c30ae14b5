import { expect, it } from 'vitest';
import { mergeMetrics } from '../../../../cli/run/collect.ts';

const RUNNER =
  '# HELP agent_sre_runner_pending Pending.\n# TYPE agent_sre_runner_pending gauge\nagent_sre_runner_pending 2\n';

function functionPage(name: string, value: number): string {
  return [
    '# HELP nodejs_version_info Node.js.',
    '# TYPE nodejs_version_info gauge',
    'nodejs_version_info{version="v20"} 1',
    '',
    '# HELP agent_sre_events_total Events, of # HELP and others.',
    '# TYPE agent_sre_events_total counter',
    `agent_sre_events_total{type="a b",function="${name}"} ${value}`,
    '',
  ].join('\n');
}

it('the head of a metric stands once, over the series of every function; what is not ours is left out', () => {
  expect(
    mergeMetrics([RUNNER, functionPage('alert-router', 1), functionPage('trm-reason', 5), '']).split('\n'),
  ).toEqual([
    '# HELP agent_sre_runner_pending Pending.',
    '# TYPE agent_sre_runner_pending gauge',
    'agent_sre_runner_pending 2',
    '# HELP agent_sre_events_total Events, of # HELP and others.',
    '# TYPE agent_sre_events_total counter',
    'agent_sre_events_total{type="a b",function="alert-router"} 1',
    'agent_sre_events_total{type="a b",function="trm-reason"} 5',
    '',
  ]);
});
