/**
 * `npx tsx deploy/schemas/make.ts`: takes the schemas of the kinds that the manifests use from the Go modules that define them
 * (Apache License 2.0), without descriptions. Needs Go and the module proxy; `npm run verify:manifests` needs neither.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isObject } from '../../shared/json.ts';

type Json = Record<string, unknown>;

const KUBERNETES = 'k8s.io/kubernetes@v1.37.2';
const BUILT_IN = [
  ['v1', 'Namespace', 'io.k8s.api.core.v1.Namespace'],
  ['v1', 'ServiceAccount', 'io.k8s.api.core.v1.ServiceAccount'],
  ['v1', 'Service', 'io.k8s.api.core.v1.Service'],
  ['v1', 'ConfigMap', 'io.k8s.api.core.v1.ConfigMap'],
  ['apps/v1', 'StatefulSet', 'io.k8s.api.apps.v1.StatefulSet'],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'io.k8s.api.networking.v1.NetworkPolicy'],
  ['policy/v1', 'PodDisruptionBudget', 'io.k8s.api.policy.v1.PodDisruptionBudget'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'io.k8s.api.rbac.v1.ClusterRole'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'io.k8s.api.rbac.v1.ClusterRoleBinding'],
] as const;
const EVENTING = ['broker', 'trigger', 'eventpolicy', 'sinkbindings'];
const MONITORING = ['podmonitors', 'prometheusrules', 'alertmanagerconfigs'];
const CUSTOM: Readonly<Record<string, readonly string[]>> = {
  'knative.dev/eventing@v0.47.0': EVENTING.map((name) => `config/core/resources/${name}.yaml`),
  'knative.dev/serving@v0.51.0': ['config/core/300-resources/service.yaml'],
  'github.com/prometheus-operator/prometheus-operator@v0.85.0': MONITORING.map(
    (name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`,
  ),
};

const folder = mkdtempSync(join(tmpdir(), 'asre-schemas-'));
writeFileSync(join(folder, 'go.mod'), 'module schemas\n');
write('kubernetes.json', { source: KUBERNETES, kinds: builtIn() });
for (const [module, files] of Object.entries(CUSTOM)) {
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

function directoryOf(module: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', module], { cwd: folder, encoding: 'utf8' });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

function write(name: string, content: unknown): void {
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(stripped(content))}\n`);
}
