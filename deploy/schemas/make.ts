/**
 * `npx tsx deploy/schemas/make.ts`: takes the schemas of the kinds that the manifests use from the Go modules that define them
 * (Apache License 2.0), without descriptions. Needs Go and the module proxy; `npm run verify:manifests` needs neither.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isObject } from '../../shared/json.ts';
import { DEFINITIONS, directoryOf, KUBERNETES } from './modules.ts';

type Json = Record<string, unknown>;

const ADMISSION = 'admissionregistration.k8s.io/v1';
const BUILT_IN = [
  ['v1', 'Namespace', 'io.k8s.api.core.v1.Namespace'],
  ['v1', 'ServiceAccount', 'io.k8s.api.core.v1.ServiceAccount'],
  ['v1', 'Service', 'io.k8s.api.core.v1.Service'],
  ['v1', 'ConfigMap', 'io.k8s.api.core.v1.ConfigMap'],
  ['apps/v1', 'StatefulSet', 'io.k8s.api.apps.v1.StatefulSet'],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'io.k8s.api.networking.v1.NetworkPolicy'],
  ['policy/v1', 'PodDisruptionBudget', 'io.k8s.api.policy.v1.PodDisruptionBudget'],
  [ADMISSION, 'ValidatingAdmissionPolicy', 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy'],
  [
    ADMISSION,
    'ValidatingAdmissionPolicyBinding',
    'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  ],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'io.k8s.api.rbac.v1.ClusterRole'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'io.k8s.api.rbac.v1.ClusterRoleBinding'],
] as const;

write('kubernetes.json', { source: KUBERNETES, kinds: builtIn() });
for (const [module, files] of Object.entries(DEFINITIONS)) {
  const kinds = Object.assign({}, ...files.map((file) => custom(join(directoryOf(module), file))));
  write(`${module.split('/').at(-1)?.split('@')[0]}.json`, { source: module, kinds });
}

function builtIn(): Json {
  const swagger = JSON.parse(readFileSync(join(directoryOf(KUBERNETES), 'api/openapi-spec/swagger.json'), 'utf8'));
  const entries = BUILT_IN.map(([version, kind, name]) => [
    `${version} ${kind}`,
    resolve(swagger.definitions[name], swagger),
  ]);
  return Object.fromEntries(entries);
}

function resolve(schema: unknown, swagger: { definitions: Json }): unknown {
  if (Array.isArray(schema)) return schema.map((each) => resolve(each, swagger));
  if (!isObject(schema)) return schema;
  if (typeof schema.$ref === 'string')
    return resolve(swagger.definitions[schema.$ref.split('/').at(-1) ?? ''], swagger);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolve(value, swagger)]));
}

function custom(file: string): Json {
  const { spec } = parse(readFileSync(file, 'utf8')) as {
    spec: { group: string; names: { kind: string }; versions: Version[] };
  };
  const entries = spec.versions.map(({ name, schema }) => [
    `${spec.group}/${name} ${spec.names.kind}`,
    schema.openAPIV3Schema,
  ]);
  return Object.fromEntries(entries);
}

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: Json };
}

/** Only what is checked: types, properties, enumerations, patterns; what nobody writes in a manifest is left out. */
function stripped(value: unknown, isMapOfNames = false): unknown {
  if (Array.isArray(value)) return value.map((each) => stripped(each));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key]) => isMapOfNames || !/^(description|default|x-kubernetes-(?!int-or|preserve).*)$/.test(key),
  );
  return Object.fromEntries(
    kept
      .filter(([key]) => !(isMapOfNames && (key === 'status' || key === 'managedFields')))
      .map(([key, each]) => [key, stripped(each, key === 'properties' && !isMapOfNames)]),
  );
}

function write(name: string, content: unknown): void {
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(stripped(content))}\n`);
}
