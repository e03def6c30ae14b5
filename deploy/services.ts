/** A Knative Service for each function, from its func.yaml: the same scale, resources and probes as `func deploy` sets. */
import { type Entry, funcYaml } from '../build/project.ts';
import { imageOf, labelsOf, type Manifest } from './kubernetes.ts';
import { pathOf, SECRETS, type SecretFile } from './secrets.ts';

// Above the longest timeout of a Trigger. It is the termination grace too, so DRAIN_TIMEOUT_MS must fit in.
const TIMEOUT_S = 60;
const SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
/** The ledger is the Valkey of components/valkey; an overlay may name another. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'emit-trigger': { LEDGER_URL: 'redis://valkey:6379' },
};

export function serviceOf(entry: Entry): Manifest {
  const { name, kind } = entry;
  const { deploy = {}, run } = funcYaml(entry);
  const { scale = {}, resources = {} } = deploy.options ?? {};
  const { concurrency = 0, ...limits } = resources.limits ?? {};
  const secrets = SECRETS.filter(({ readers }) => readers.includes(name));
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name,
      labels: { ...labelsOf(name, kind), 'networking.knative.dev/visibility': 'cluster-local' },
    },
    spec: {
      template: {
        metadata: {
          labels: labelsOf(name, kind),
          annotations: {
            'autoscaling.knative.dev/min-scale': String(scale.min ?? 0),
            'autoscaling.knative.dev/max-scale': String(scale.max ?? 0),
          },
        },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: kind === 'lambda',
          enableServiceLinks: false,
          containerConcurrency: concurrency,
          timeoutSeconds: TIMEOUT_S,
          containers: [
            {
              name: 'function',
              image: imageOf(name),
              env: [...(run?.envs ?? []), ...environmentOf(name, secrets)],
              ports: [{ containerPort: 8080, name: 'http1' }],
              readinessProbe: { httpGet: { path: deploy.healthEndpoints?.readiness } },
              livenessProbe: { httpGet: { path: deploy.healthEndpoints?.liveness } },
              resources: { requests: resources.requests, limits },
              securityContext: SECURITY,
              volumeMounts: secrets.map(({ secret }) => ({
                ...{ name: secret, mountPath: `/etc/agent-sre/${secret}`, readOnly: true },
              })),
            },
          ],
          volumes: secrets.map(({ secret, key }) => ({
            ...{ name: secret, secret: { secretName: secret, items: [{ key, path: key }] } },
          })),
        },
      },
    },
  };
}

function environmentOf(name: string, secrets: readonly SecretFile[]) {
  const plain = Object.entries(SETTINGS[name] ?? {}).map(([setting, value]) => ({ name: setting, value }));
  return [...plain, ...secrets.map((secret) => ({ name: secret.setting, value: pathOf(secret) }))];
}
