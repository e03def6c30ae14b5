/** What other projects bring to a cluster, from their Go modules: kinds, and the rights that Serving gives to Eventing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFINITIONS, directoryOf, SERVING } from '../../deploy/schemas/modules.ts';
import { kubectl } from './bench.ts';

const SERVING_ROLES = ['addressable-resolvers', 'podspecable-bindings'].map(
  (name) => `config/core/200-roles/${name}-clusterrole.yaml`,
);

/** The Services of Knative Serving, which Eventing then may look up and bind; nothing runs them. */
export function installServing(): void {
  const folder = directoryOf(SERVING);
  for (const file of [...(DEFINITIONS[SERVING] ?? []), ...SERVING_ROLES]) install(join(folder, file));
}

/** All kinds that a manifest may have. Only the Go module proxy's own answer is missing: it does not serve eventing-rabbitmq. */
export function installKinds(folder: string): void {
  installServing();
  for (const [module, files] of Object.entries(DEFINITIONS)) {
    if (module.startsWith('knative.dev/')) continue; // Eventing is there, and so is Serving by now
    const source = directoryOf(module);
    for (const file of files) install(join(source, file));
  }
  const file = join(folder, 'rabbitmq-broker-config.yaml');
  writeFileSync(file, JSON.stringify(RABBITMQ_BROKER_CONFIG));
  install(file);
}

function install(file: string): void {
  kubectl('apply', '--server-side', '--filename', file); // some are too long for the annotation of another apply
  kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
}

/** In the project's own words, with the fields that it uses. */
const RABBITMQ_BROKER_CONFIG = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rabbitmqbrokerconfigs.eventing.knative.dev' },
  spec: {
    group: 'eventing.knative.dev',
    names: { kind: 'RabbitmqBrokerConfig', plural: 'rabbitmqbrokerconfigs', singular: 'rabbitmqbrokerconfig' },
    scope: 'Namespaced',
    versions: [
      {
        ...{ name: 'v1alpha1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
