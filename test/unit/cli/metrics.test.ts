import { expect, it } from 'vitest';
import { noCounts } from '../../../broker/counts.ts';
import { createRunnerMetrics } from '../../../cli/run/metrics.ts';
import type { FunctionState } from '../../../processes/functions.ts';

it('every count is read when Prometheus asks, and no sooner', async () => {
  const counts = noCounts();
  const functions = new Map<string, { state: FunctionState; restarts: number }>([
    ['alert-router', { state: 'starting', restarts: 0 }],
  ]);
  const registry = createRunnerMetrics(counts, functions);
  Object.assign(counts, { accepted: 3, undelivered: 2 });
  functions.set('emit-trigger', { state: 'ready', restarts: 4 });
  const series = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(series).toEqual([
    'agent_sre_runner_accepted_total 3',
    'agent_sre_runner_delivered_total 0',
    'agent_sre_runner_replies_total 0',
    'agent_sre_runner_retries_total 0',
    'agent_sre_runner_dead_letters_total 0',
    'agent_sre_runner_undelivered 2',
    'agent_sre_runner_pending 0',
    'agent_sre_runner_function_ready{function="alert-router"} 0',
    'agent_sre_runner_function_ready{function="emit-trigger"} 1',
    'agent_sre_runner_function_restarts_total{function="alert-router"} 0',
    'agent_sre_runner_function_restarts_total{function="emit-trigger"} 4',
  ]);
  counts.undelivered = 0;
  expect(await registry.metrics()).toContain('agent_sre_runner_undelivered 0\n');
});
