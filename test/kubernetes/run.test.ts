/** `npm start -- --lambdas`: from the alert of Alertmanager to the change in a cluster. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import { encodeAnswering, Listener } from '../support/listener.ts';
import { System, sendLikeAlertmanager } from '../support/runner.ts';
import { Administrator, RESOURCES, TEST_RESOURCES, workload } from './administrator.ts';
import { adminFile } from './cluster.ts';

const obstacle = process.env.KUBERNETES_OBSTACLE;
const folder = process.env.KUBERNETES_FOLDER ?? '';
const FINISHED = 'io.homelab.agent-sre.lambda.finished';
const LIMIT_MS = 120_000;

describe.skipIf(obstacle !== undefined)(`npm start -- --lambdas${obstacle ? ` (${obstacle})` : ''}`, () => {
  let admin: Administrator;
  let system: System | undefined;
  let listener: Listener | undefined;

  beforeAll(async () => {
    admin = await Administrator.of(folder);
  });

  afterEach(async () => {
    await system?.remove();
    await listener?.stop();
  });

  it.each([
    ['by default nothing is changed', {}, 1, { dry_run: true }],
    ['with LAMBDA_DRY_RUN=off the Deployment is scaled', { LAMBDA_DRY_RUN: 'off' }, 2, {}],
  ])(
    '%s',
    async (_, settings, replicas, answer) => {
      const namespace = `run-${replicas}`;
      await admin.create(TEST_RESOURCES.namespaces, { metadata: { name: namespace } });
      await admin.create(RESOURCES.deployments, workload('web', namespace, { replicas: 1 }));
      listener = new Listener();
      const answering = encodeAnswering(await listener.start(), { as: 'finished' });
      system = await System.create(answering, [FINISHED], { KUBECONFIG: adminFile(folder), ...settings });
      await system.start('--lambdas');
      expect(system.output).toMatch(/^Calls +delivered by .*scale-deployment/m);
      await sendLikeAlertmanager(system.url, notification(namespace));
      const finished = await first(listener);
      expect(finished).toMatchObject({ outcome: 'done', code: 'scaled', ...answer });
      const { spec } = await admin.get({ resource: RESOURCES.deployments, namespace, name: 'web' });
      expect(spec.replicas).toBe(replicas);
    },
    LIMIT_MS,
  );
});

function notification(namespace: string): Record<string, unknown> {
  const labels = { alertname: 'WebSaturated', namespace, deployment: 'web' };
  const annotations = { lambda_function: 'scale-deployment', lambda_parameters: '{"replicas": "+1"}' };
  return { version: '4', alerts: [{ status: 'firing', labels, annotations, startsAt: '2026-11-28T08:00:00Z' }] };
}

async function first({ calls }: Listener): Promise<LambdaFinished> {
  const deadline = Date.now() + LIMIT_MS / 2;
  while (calls.length === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  return JSON.parse(calls[0]?.body ?? '{}') as LambdaFinished;
}
