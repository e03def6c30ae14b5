/** RBAC: each Lambda function is bound to exactly what lambdas/rbac.ts says that it calls, and nobody else to anything. */
import { isDeepStrictEqual } from 'node:util';
import { LAMBDAS } from '../../build/project.ts';
import { clusterRoleOf } from '../../lambdas/rbac.ts';
import { isObject } from '../../shared/json.ts';
import type { Manifest } from '../kubernetes.ts';

export function checkAccess(manifests: readonly Manifest[]): string[] {
  const bindings = manifests.filter(({ kind }) => /^(Cluster)?RoleBinding$/.test(kind));
  const expected = LAMBDAS.map(({ name }) => `${name} → ${clusterRoleOf(name).metadata.name}`);
  const bound = bindings.flatMap(pairsOf);
  return [
    ...bound.filter((pair) => !expected.includes(pair)).map((pair) => `${pair}: no table gives that`),
    ...expected.filter((pair) => !bound.includes(pair)).map((pair) => `${pair}: is not bound`),
    ...LAMBDAS.flatMap(({ name }) => checkRole(name, manifests)),
  ];
}

function pairsOf({ roleRef, subjects }: Manifest): string[] {
  const role = isObject(roleRef) ? roleRef.name : '';
  return Array.isArray(subjects) ? subjects.map(({ name }: { name: string }) => `${name} → ${role}`) : [];
}

function checkRole(name: string, manifests: readonly Manifest[]): string[] {
  const wanted = clusterRoleOf(name);
  const role = manifests.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === wanted.metadata.name);
  return isDeepStrictEqual(role?.rules, JSON.parse(JSON.stringify(wanted.rules)))
    ? []
    : [`ClusterRole ${wanted.metadata.name} differs from lambdas/rbac.ts; run npm run manifests`];
}
