/** What `kubectl apply -k` would do, asked of a real API server with Knative's own webhooks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS, LAMBDAS } from '../../build/project.ts';
import { type Manifest, NAMESPACE } from '../../deploy/kubernetes.ts';
import { OVERLAYS, render } from '../../deploy/verify/render.ts';
import { ROOT } from '../support/function.ts';
import { HOME, kubectl } from './bench.ts';
import { installKinds } from './kinds.ts';

const obstacle = process.env.KNATIVE_OBSTACLE;
const FEATURE_LIMIT_MS = 30_000;
/** Whose EventPolicies Knative takes only with the feature authentication-oidc. */
const WITH_OIDC = 'kafka-oidc';

process.env.KUBECTL ??= join(HOME, 'bin/kubectl'); // for render

describe.skipIf(obstacle !== undefined)(`the overlays on a real API server${obstacle ? ` (${obstacle})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'asre-overlays-'));

  beforeAll(async () => {
    await installKinds(folder);
    kubectl('apply', '--filename', join(ROOT, 'deploy/base/namespace.yaml'));
  }, 120_000);

  afterAll(() => {
    kubectl('delete', 'namespace', NAMESPACE);
    rmSync(folder, { recursive: true });
  }, 60_000);

  it.each(OVERLAYS.filter((overlay) => overlay !== WITH_OIDC))('%s is taken, every object of it', (overlay) => {
    expect(taken(overlay)).toBe(render(overlay).manifests.length);
  });

  it('have pods that keep to Pod Security restricted, which the namespace enforces', () => {
    const pods = render('trial').manifests.flatMap(podOf);
    expect(pods).toHaveLength(FUNCTIONS.length + LAMBDAS.length + 1);
    const file = join(folder, 'pods.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }));
    expect(kubectl('apply', '--dry-run=server', '--filename', file).match(/created/g)).toHaveLength(pods.length);
    const loose = pods.map((pod) => ({ ...pod, spec: { ...pod.spec, hostNetwork: true } }));
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: loose }));
    expect(() => kubectl('apply', '--dry-run=server', '--filename', file)).toThrow(/violates PodSecurity "restricted/);
  });

  it(`${WITH_OIDC} is refused without authentication-oidc, and taken with it`, async () => {
    expect(() => taken(WITH_OIDC)).toThrow('oidc-authentication feature not enabled');
    setOidc('enabled');
    try {
      await untilTaken(WITH_OIDC);
      expect(taken(WITH_OIDC)).toBe(render(WITH_OIDC).manifests.length);
    } finally {
      setOidc('disabled');
    }
  });
});

/** The pod that a Service or a StatefulSet would have; what Knative Serving alone knows or fills in is left out. */
function podOf({ kind, metadata, spec = {} }: Manifest) {
  const { template } = spec as { template?: { spec: { containers: [object] } } };
  if (template === undefined) return [];
  const { containerConcurrency: _, timeoutSeconds: __, ...own } = template.spec as Record<string, unknown>;
  const containers = template.spec.containers.map((each) => ({ ...each, livenessProbe: null, readinessProbe: null }));
  const name = `${kind.toLowerCase()}-${metadata.name}`;
  return [{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE }, spec: { ...own, containers } }];
}

/** How many objects of an overlay the server takes. @throws where it refuses one */
function taken(overlay: string): number {
  const text = kubectl('apply', '--dry-run=server', '--kustomize', join(ROOT, 'deploy/overlays', overlay));
  return text.trim().split('\n').length;
}

function setOidc(value: 'enabled' | 'disabled'): void {
  const patch = JSON.stringify({ data: { 'authentication-oidc': value } });
  kubectl('--namespace', 'knative-eventing', 'patch', 'configmap', 'config-features', '--type=merge', '--patch', patch);
}

/** The webhook learns of a feature a moment later. */
async function untilTaken(overlay: string): Promise<void> {
  for (const deadline = Date.now() + FEATURE_LIMIT_MS; Date.now() < deadline; await sleep(500)) {
    try {
      taken(overlay);
      return;
    } catch {}
  }
}
