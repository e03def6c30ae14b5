/** Every name in a manifest is the name of something in the same overlay, or of what the page says must be there. */
import { CONSOLE, FUNCTIONS, LAMBDAS, PROJECT } from '../../build/project.ts';
import { isObject } from '../../shared/json.ts';
import { SETTINGS } from '../../shared/settings.ts';
import { imageOf, type Manifest } from '../kubernetes.ts';
import { SECRETS } from '../secrets.ts';
import { keyOf } from './render.ts';

/** What a cluster brings, by `docs/deploy.md`. */
const OUTSIDE = ['ConfigMap config-br-default-channel', 'ConfigMap kafka-broker-config'];
const OTHER_IMAGES = ['valkey/valkey:8.1'];
const IMAGES = [...FUNCTIONS, ...LAMBDAS, CONSOLE].map(({ name }) => imageOf(name));
const OTHER_SETTINGS = ['PASSWORD', 'MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_']; // of Valkey, of glibc

type Check = (value: string, known: ReadonlySet<string>) => string | undefined;

/** By the key that holds a name. */
const CHECKS: Readonly<Record<string, Check>> = {
  serviceAccountName: (name, known) => missing(`ServiceAccount ${name}`, known),
  secretName: (name) =>
    SECRETS.some(({ secret }) => secret === name) ? undefined : `Secret ${name} is not in deploy/secrets.ts`,
  broker: (name, known) => missing(`Broker ${name}`, known),
  'serving.knative.dev/service': (name, known) => missing(`Service ${name}`, known),
  image: (image) =>
    [...IMAGES, ...OTHER_IMAGES].includes(image)
      ? undefined
      : `image ${image} is built by nobody; npm run images makes version ${PROJECT.version}`,
};

export function checkReferences(manifests: readonly Manifest[]): string[] {
  const known = new Set(manifests.map(keyOf));
  return manifests.flatMap((manifest) => walk(manifest, known).map((problem) => `${keyOf(manifest)}: ${problem}`));
}

function walk(value: unknown, known: ReadonlySet<string>): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => walk(each, known));
  if (!isObject(value)) return [];
  const own = Object.entries(value).flatMap(([key, each]) => {
    if (typeof each === 'string') return CHECKS[key]?.(each, known) ?? [];
    if (key === 'env' && Array.isArray(each)) return each.flatMap(checkVariable);
    if (['ref', 'roleRef', 'subject', 'config', 'secretKeyRef', 'credentials'].includes(key))
      return checkRef(key, each, known);
    return [];
  });
  return [...own, ...Object.values(value).flatMap((each) => walk(each, known))];
}

function checkRef(key: string, value: unknown, known: ReadonlySet<string>): string[] {
  if (!isObject(value) || typeof value.name !== 'string') return [];
  if (key === 'secretKeyRef' || key === 'credentials') {
    const isKnown = SECRETS.some(({ secret, key: file }) => secret === value.name && file === value.key);
    return isKnown ? [] : [`Secret ${value.name} with the key ${value.key} is not in deploy/secrets.ts`];
  }
  const problem = missing(`${value.kind} ${value.name}`, known);
  return problem === undefined ? [] : [problem];
}

function checkVariable(variable: unknown): string[] {
  const { name } = variable as { name: string };
  return name in SETTINGS || OTHER_SETTINGS.includes(name) ? [] : [`${name} is no setting of docs/configuration.md`];
}

function missing(key: string, known: ReadonlySet<string>): string | undefined {
  return known.has(key) || OUTSIDE.includes(key) ? undefined : `${key} is not in this overlay`;
}
