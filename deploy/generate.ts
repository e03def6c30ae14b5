/** `npm run manifests`: writes the manifests that repeat for every function. A test fails where they are stale. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { CONSOLE, FUNCTIONS, LAMBDAS, PROJECT } from '../build/project.ts';
import { accessOf } from './access.ts';
import { dashboard } from './dashboard.ts';
import { eventPolicyOf, readTriggers, sinkBindingOf } from './eventing.ts';
import { fence } from './fence.ts';
import { imageOf, type Manifest } from './kubernetes.ts';
import { networkPolicies } from './network.ts';
import { serviceOf } from './services.ts';

const HEADER = '# Made by npm run manifests; change deploy/*.ts, func.yaml or lambdas/rbac.ts.\n';

/** The generated files by their path in deploy/. */
export function generateManifests(): Readonly<Record<string, string>> {
  const all = [...FUNCTIONS, ...LAMBDAS];
  const triggers = readTriggers();
  return {
    'base/functions.yaml': documents(FUNCTIONS.map(serviceOf)),
    'base/lambdas.yaml': documents(LAMBDAS.map(serviceOf)),
    'base/access.yaml': documents(all.flatMap(accessOf)),
    'base/fence.yaml': documents(fence()),
    'base/network.yaml': documents(networkPolicies(LAMBDAS.map(({ name }) => name))),
    'base/sink-bindings.yaml': documents(FUNCTIONS.map(sinkBindingOf)),
    'components/event-policies/policies.yaml': documents(all.map((entry) => eventPolicyOf(entry, triggers))),
    'components/monitoring/dashboard.json': `${JSON.stringify(dashboard(), null, 2)}\n`,
  };
}

/** Where the images are pulled from: a kustomize component, which every overlay has. */
export function imagesComponent(registry: string | undefined, tag: string): string {
  const images = [...FUNCTIONS, ...LAMBDAS, CONSOLE].map(({ name }) => {
    const [local = ''] = imageOf(name).split(':');
    return { name: local, newName: registry === undefined ? local : `${registry}/${name}`, newTag: tag };
  });
  return `${HEADER}${stringify({ apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', images })}`;
}

function documents(manifests: readonly Manifest[]): string {
  return HEADER + manifests.map((manifest) => stringify(manifest, { aliasDuplicateObjects: false })).join('---\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { registry: { type: 'string' }, tag: { type: 'string' } } });
  const images = imagesComponent(values.registry, values.tag ?? PROJECT.version);
  const files = { ...generateManifests(), 'components/images/kustomization.yaml': images };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(import.meta.dirname, name), text);
}
