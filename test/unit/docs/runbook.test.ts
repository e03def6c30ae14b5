import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadModel } from '../../../functions/trm-reason/model.ts';
import { decideSituation } from '../../../shared/runbook/decide.ts';
import { loadRunbook, readRunbook } from '../../../shared/runbook/load.ts';
import { SHIPPED_RUNBOOK } from '../../support/shipped-runbook.ts';
import { run, temporaryFolder } from '../../support/terminal.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const SMALL_RUNBOOK = join(ROOT, 'test/fixtures/runbook-small');
const OTEL = { k8s_namespace_name: 'shop' };
const COLLECTOR = { pod: 'otel-x2x7k', namespace: 'obs' };

/** The files that the page gives, by their paths. */
function filesOf(page: string): Record<string, string> {
  const blocks = page.matchAll(/`my-runbook\/(\S+)`:\n\n```yaml\n([\s\S]*?)```/g);
  return Object.fromEntries([...blocks].map(([, path = '', yaml = '']) => [path, yaml]));
}

/** The small runbook with the page's labels of one's own behind it. */
function withOwnLabels(): ReturnType<typeof readRunbook> {
  const [, yaml = ''] = /### Labels of your own[\s\S]*?```yaml\n([\s\S]*?)```/.exec(read('docs/runbook.md')) ?? [];
  return readRunbook(`${SMALL_RUNBOOK}:${temporaryFolder({ 'policy.yaml': yaml })}`, { entries: true });
}

describe('docs/runbook.md', () => {
  it('adds a function, and the entry decides; the model fits as before', async () => {
    const files = filesOf(read('docs/runbook.md'));
    expect(Object.keys(files)).toEqual(['catalogue.yaml', 'situations.yaml', 'alerts/cart.yaml']);
    const folder = temporaryFolder(files);
    const env = { RUNBOOK_DIR: `${SHIPPED_RUNBOOK}:${folder}`, MODELS_DIR: 'models' };
    expect((await run(['check'], { env })).out).not.toContain(folder);
    const { out } = await run(['decide', 'alertname=CartSlow', 'namespace=shop', 'deployment=cart'], { env });
    expect(out).toContain('→ cache-flush name=cart namespace=shop (static 1.00): empty the cache of the cart');
    expect(loadModel('models', loadRunbook(env.RUNBOOK_DIR, { entries: false }))?.outdated).toEqual([]);
  });

  it.each<[string, string, Record<string, string>, string | undefined]>([
    ['a pod', 'pod-failing', { ...OTEL, k8s_pod_name: 'web-x2x7k' }, 'pod-restart web-x2x7k shop'],
    [
      'not the collector',
      'pod-failing',
      { ...OTEL, ...COLLECTOR, k8s_pod_name: 'web-x2x7k' },
      'pod-restart web-x2x7k shop',
    ],
    ['the pod of one, where its namespace is missing', 'pod-failing', { pod: 'otel-x2x7k', ...OTEL }, undefined],
    ['the namespace of the collector', 'pod-failing', { k8s_pod_name: 'web-x2x7k', namespace: 'obs' }, undefined],
    [
      'a container that stores data',
      'pod-failing',
      { ...OTEL, k8s_pod_name: 'a-x2x7k', k8s_container_name: 'redis' },
      'pod-check-status a-x2x7k shop',
    ],
    [
      'a pod of a StatefulSet',
      'pod-failing',
      { ...OTEL, k8s_pod_name: 'a-x2x7k', k8s_statefulset_name: 'a' },
      'pod-check-status a-x2x7k shop',
    ],
    [
      'a pod of a DaemonSet',
      'pod-failing',
      { ...OTEL, k8s_pod_name: 'a-x2x7k', k8s_daemonset_name: 'a' },
      'pod-check-status a-x2x7k shop',
    ],
    [
      'a protected namespace',
      'pod-failing',
      { k8s_pod_name: 'a-x2x7k', k8s_namespace_name: 'kube-system' },
      'pod-check-status a-x2x7k kube-system',
    ],
    ['a shipped label', 'pod-failing', { pod: 'a-0', namespace: 'shop' }, 'pod-check-status a-0 shop'],
    ['a Deployment', 'replicas-missing', { ...OTEL, k8s_deployment_name: 'web' }, 'pod-restart web shop'],
    ['a node', 'node-fault', { k8s_node_name: 'n1' }, 'node-cordon n1'],
  ])('labels of your own: %s, %s', (_, situation, labels, expected) => {
    const { runbook } = withOwnLabels();
    const decided = runbook?.situations.get(situation);
    const call = runbook && decided && decideSituation(runbook, decided, labels).call;
    const { name, namespace } = call?.parameters ?? {};
    expect(call && [call.lambda_function, name, namespace].filter((each) => each !== undefined).join(' ')).toBe(
      expected,
    );
  });

  it('labels of your own: no condition lacks one', () => {
    const { problems, notes } = withOwnLabels();
    const told = [...problems, ...notes()].map(({ message }) => message);
    expect(told.filter((message) => !message.includes(' overrides '))).toEqual([]);
  });

  it('shows what the shipped policy forbids', () => {
    const [, yaml = ''] = /```yaml\n(forbidden:[\s\S]*?)```/.exec(read('docs/runbook.md')) ?? [];
    expect(parse(yaml).forbidden).toEqual(parse(read('runbook/policy.yaml')).forbidden);
  });
});
