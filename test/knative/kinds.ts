/** What other projects bring to a cluster, from their Go modules: kinds, and the rights that Serving gives to Eventing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFINITIONS, directoryOf, SERVING } from '../../deploy/schemas/modules.ts';
import { kubectl } from './bench.ts';

const SERVING_ROLES = ['addressable-resolvers', 'podspecable-bindings'].map(
  (name) => `config/core/200-roles/${name}-clusterrole.yaml`,
);

const ESTABLISHED = '"status":"True","type":"Established"';

/** The Services of Knative Serving, which Eventing then may look up and bind; nothing runs them. */
export async function installServing(): Promise<void> {
  const folder = directoryOf(SERVING);
  for (const file of SERVING_ROLES) kubectl('apply', '--filename', join(folder, file));
  for (const file of DEFINITIONS[SERVING] ?? []) await makeKind(join(folder, file));
}

/** All kinds that a manifest may have; that of eventing-rabbitmq, which the Go module proxy does not serve, in own words. */
export async function installKinds(folder: string): Promise<void> {
  await installServing();
  for (const [module, files] of Object.entries(DEFINITIONS)) {
    if (module.startsWith('knative.dev/')) continue; // Eventing has its own, and Serving has them by now
    const source = directoryOf(module);
    for (const file of files) await makeKind(join(source, file));
  }
  const file = join(folder, 'rabbitmq-broker-config.yaml');
  writeFileSync(file, JSON.stringify(RABBITMQ_BROKER_CONFIG));
  await makeKind(file);
}

async function makeKind(file: string): Promise<void> {
  kubectl('apply', '--server-side', '--filename', file); // some are too long for the annotation of another apply
  // A kind that was just made has null for conditions, at which kubectl wait and a JSONPath into them fail.
  while (!kubectl('get', '--filename', file, '--output=jsonpath={.status}').includes(ESTABLISHED)) await sleep(200);
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
