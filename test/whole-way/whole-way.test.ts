/** A rule fires, and the alert ends because of what agent-sre did: every part that carries it is the real one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAMBDAS } from '../../build/project.ts';
import { NAMESPACE } from '../../deploy/kubernetes.ts';
import { missingPrograms } from '../integration/prometheus.ts';
import { isWrite, requestsOf } from '../kubernetes/cluster.ts';
import { TYPES, trigger } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { send } from '../support/http.ts';
import { encodeAnswering, Listener, post } from '../support/listener.ts';
import { REDIS_PROGRAMS } from '../support/redis.ts';
import { commandsOf, kubectl, shell, waitForAll } from './cluster.ts';
import { type Exporter, startExporter } from './exporter.ts';
import { type Monitoring, startMonitoring } from './monitoring.ts';
import { type Running, startServices } from './services.ts';
import { Story } from './story.ts';

const missing = [...missingPrograms(), ...(REDIS_PROGRAMS.includes('redis-server') ? [] : ['redis-server'])];
const reason = missing.length === 0 ? '' : ` (skipped: apt-get install ${missing.join(' ')})`;
const AUDIT = dirname(process.env.KUBECONFIG ?? ''); // the folder with the API server's log
const REMOVAL = 'Upgrade, rollback, removal';
const SHOP = { name: 'web', namespace: 'shop' };
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:scale-deployment`;
const CLUSTER_WIDE = 'namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies';
const STEP_LIMIT_MS = 60_000;
const DEPLOYMENT = { selector: { matchLabels: { app: 'it' } }, replicas: 1 };
const POD = {
  metadata: { labels: { app: 'it' } },
  spec: { containers: [{ name: 'main', image: 'registry.example/v1' }] },
};

// biome-ignore lint/suspicious/noExplicitAny: a test asserts on the fields that it reads
type Any = any;

describe.skipIf(missing.length > 0)(`from a rule that fires to a verified remediation${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'asre-whole-way-'));
  const [apply = '', state = ''] = commandsOf('3. Apply');
  const story = new Story();
  const people = new Listener();
  let services: Running | undefined;
  let exporter: Exporter | undefined;
  let monitoring: Monitoring | undefined;

  beforeAll(async () => {
    kubectl('delete', 'namespace', NAMESPACE, 'shop', '--ignore-not-found'); // of a run that was cut off
    for (const command of commandsOf('2. Secrets')) shell(command);
    shell(apply);
    services = await startServices(folder);
    observe(encodeAnswering(await people.start(), { as: 'people' }));
    waitForAll('trigger');
    makeDeployment('web', 'shop');
    makeDeployment('coredns', 'kube-system');
    exporter = await startExporter();
    monitoring = await startMonitoring(exporter.target, services.addresses.get('alert-router') ?? '', folder);
  });

  afterAll(async () => {
    await monitoring?.stop();
    exporter?.stop();
    await services?.stop();
    await people.stop();
    rmSync(folder, { recursive: true });
  });

  it('is ready as docs/deploy.md says', () => {
    expect(shell(state)).not.toMatch(/False|Unknown/);
  });

  it('DeploymentSaturated: one more replica, and the alert resolves', async () => {
    const before = requestsOf(AUDIT, 'scale-deployment').length;
    story.begin('the test', 'shop/web gets 150 requests a second, and has 1 replica');
    exporter?.load.set('shop/web', 150);
    const asked = await arrived(TYPES.trm, 'DeploymentSaturated');
    const selected = await arrived(TYPES.selected, 'DeploymentSaturated');
    const called = await arrived(TYPES.trigger, 'DeploymentSaturated');
    const finished = await arrived(TYPES.finished, 'DeploymentSaturated');
    const requests = requestsOf(AUDIT, 'scale-deployment').slice(before);
    const [write, ...more] = requests.filter(isWrite);
    story.tell('Prometheus', 'DeploymentSaturated fires: more than 100 requests a second', asked.data.alert.startsAt);
    story.tell('alert-router', 'trm.requested, for the webhook of Alertmanager', asked.at);
    story.tell('trm-reason', selectionText(selected.data), selected.at);
    story.tell('emit-trigger', 'lambda.trigger: the policy lets it act', called.at);
    story.tell(
      'API server',
      `${write?.user.username} patches ${write?.objectRef?.namespace}/web`,
      write?.stageTimestamp,
    );
    story.tell('scale-deployment', finishedText(finished.data), finished.at);
    const resolved = await arrived(TYPES.resolved, 'DeploymentSaturated');
    const verified = await arrived(TYPES.verified, 'DeploymentSaturated');
    story.tell('Prometheus', '75 requests for each of 2 replicas: it no longer fires', resolved.data.endsAt);
    story.tell('alert-router', 'alert.resolved', resolved.at);
    story.tell('emit-trigger', verifiedText(verified.data), verified.at);

    expect(selected.data.parameters).toMatchObject(SHOP);
    expect(finished.data).toMatchObject({ outcome: 'done', code: 'scaled', trigger_id: called.id });
    expect(finished.data).not.toHaveProperty('dry_run');
    expect(verified.data).toMatchObject({ trigger_id: called.id, attempt: 1 });
    expect(seen(TYPES.trigger, 'DeploymentSaturated')).toHaveLength(1);
    expect(replicasOf('web', 'shop')).toEqual({ spec: 2, status: 2 });
    expect([write?.objectRef?.name, more]).toEqual(['web', []]);
    expect(requests.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([]);
  });

  it('SystemDeploymentSaturated: its namespace is protected, and the no is recorded', async () => {
    story.begin('the test', 'kube-system/coredns gets 300 requests a second');
    exporter?.load.set('kube-system/coredns', 300);
    const selected = await arrived(TYPES.selected, 'SystemDeploymentSaturated');
    const suppressed = await arrived(TYPES.suppressed, 'SystemDeploymentSaturated');
    const { startsAt } = selected.data.alert;
    story.tell('Prometheus', 'SystemDeploymentSaturated fires, whose annotation says scale-deployment', startsAt);
    story.tell('alert-router', selectionText(selected.data), selected.at);
    story.tell('emit-trigger', suppressedText(suppressed.data), suppressed.at);

    expect(selected.data).toMatchObject({ method: 'static', lambda_function: 'scale-deployment' });
    expect(suppressed.data).toMatchObject({ reason: 'protected' });
    expect(seen(TYPES.trigger, 'SystemDeploymentSaturated')).toEqual([]);
    expect(replicasOf('coredns', 'kube-system').spec).toBe(1);
    const requests = LAMBDAS.flatMap(({ name }) => requestsOf(AUDIT, name));
    expect(requests.filter(({ objectRef }) => objectRef?.namespace === 'kube-system')).toEqual([]);
  });

  it('the API server itself keeps the account of a Lambda out of a protected namespace', () => {
    const patch = (namespace: string, name: string) =>
      shell(
        `kubectl --as=${ACCOUNT} -n ${namespace} patch deployment ${name} --dry-run=server -p '{"spec":{"replicas":3}}'`,
      );
    expect(patch('shop', 'web')).toMatch(/patched/);
    expect(() => patch('kube-system', 'coredns')).toThrow('agent-sre changes nothing in a protected namespace');
  });

  it('a lambda.trigger of a stranger: carried out neither by the Broker nor at the address of the Lambda', async () => {
    const call = { ...trigger, lambda_function: 'scale-deployment', parameters: { ...SHOP, replicas: 7 } };
    const { headers = {}, body = '' } = binary({ type: TYPES.trigger, lambdafunction: 'scale-deployment' }, call);
    // emit-trigger and the Lambda function both reject it, by one id: it is recorded once.
    const rejections = () => people.calls.filter(({ body: text }) => text.includes('ASRE_EVENT_UNSIGNED'));
    const rejected = () => new Set(rejections().map(({ headers: { 'ce-id': id } }) => id)).size;
    story.begin('a stranger', 'sends a lambda.trigger for shop/web, to the Broker and straight to scale-deployment');
    const broker = kubectl('-n', NAMESPACE, 'get', 'broker', 'default', '-o', 'jsonpath={.status.address.url}');
    expect(await post(broker, headers, String(body))).toBe(202);
    await expect.poll(rejected, { timeout: STEP_LIMIT_MS }).toBe(1);
    const answer = await send(`${services?.addresses.get('scale-deployment')}/`, { headers, body });
    expect(answer).toMatchObject({ headers: { 'ce-type': TYPES.rejected } });
    expect(answer.text).toContain('ASRE_EVENT_UNSIGNED');
    story.tell('scale-deployment', 'event.rejected, twice: neither has a signature of emit-trigger');
    expect(replicasOf('web', 'shop').spec).toBe(2);
  });

  it.each([
    ['4. Try it without acting', 'name: LAMBDA_DRY_RUN', LAMBDAS.length],
    [REMOVAL, 'name: AGENT_SRE_MODE', 1],
  ])('docs/deploy.md: a patch of "%s" sets %s, and an apply takes it back', (section, setting, count) => {
    const services = () => shell(`kubectl -n ${NAMESPACE} get ksvc -o yaml`).split(setting).length - 1;
    for (const command of commandsOf(section).filter((each) => each.includes('--type=json'))) shell(command);
    expect(services()).toBe(count);
    shell(apply);
    expect(services()).toBe(0);
  });

  it('docs/deploy.md: removal leaves nothing', () => {
    const removal = commandsOf(REMOVAL).at(-1) ?? '';
    expect(removal).toContain('kubectl delete -k');
    shell(removal);
    const rest = shell(`kubectl get ${CLUSTER_WIDE} -o name | grep ${NAMESPACE} || true`);
    expect(rest).toBe('');
  });

  /** The events of a type in the episode of an alert, as people get them. */
  function seen(type: string, alert: string): { id: string | undefined; at: number; data: Any }[] {
    const isOf = ({ body }: { body: string }) => body.includes(`"alertname":"${alert}"`);
    const episode = people.calls.find(isOf)?.headers['ce-correlationid'];
    return people.calls
      .filter(({ headers }) => headers['ce-type'] === type && headers['ce-correlationid'] === episode)
      .map(({ headers, atMs, body }) => ({ id: headers['ce-id'], at: atMs, data: JSON.parse(body) }));
  }

  async function arrived(type: string, alert: string) {
    for (const deadline = Date.now() + STEP_LIMIT_MS; Date.now() < deadline; await sleep(50)) {
      const [event] = seen(type, alert);
      if (event !== undefined) return event;
    }
    throw new Error(`there was no ${type} about ${alert}:\n${monitoring?.output()}`);
  }
});

function selectionText({ lambda_function, parameters, method, confidence, reasoning }: Any): string {
  const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return `${[lambda_function, ...values].join(' ')} (${method} ${confidence.toFixed(2)}): ${reasoning}`;
}

function finishedText({ outcome, code, changes }: Any): string {
  const changed = changes.filter(({ path }: Any) => path.startsWith('spec.'));
  return `lambda.finished: ${outcome}, ${code}: ${changed.map(({ path, from, to }: Any) => `${path} ${from} → ${to}`).join(', ')}`;
}

function verifiedText({ took_ms }: Any): string {
  return `remediation.verified: resolved ${(took_ms / 1000).toFixed(1)} s after the lambda trigger`;
}

function suppressedText({ reason, message }: Any): string {
  return `remediation.suppressed: ${reason}: ${message}`;
}

function makeDeployment(name: string, namespace: string): void {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { ...DEPLOYMENT, template: POD },
  };
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  for (const each of [space, object]) shell(`kubectl apply --filename=- <<'END'\n${JSON.stringify(each)}\nEND`);
}

function replicasOf(name: string, namespace: string): { spec: number; status: number | undefined } {
  const { spec, status } = JSON.parse(kubectl('-n', namespace, 'get', 'deployment', name, '-o', 'json'));
  return { spec: spec.replicas, status: status?.replicas };
}

/** What a messenger would subscribe to: every event of the Broker. */
function observe(uri: string): void {
  const spec = { broker: 'default', filter: {}, subscriber: { uri } };
  const trigger = {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name: 'people', namespace: NAMESPACE },
    spec,
  };
  shell(`kubectl apply --filename=- <<'END'\n${JSON.stringify(trigger)}\nEND`);
}
