/** Who each function is, and what the Lambda functions may ask of the API server: the table of lambdas/rbac.ts, no more. */
import type { Entry } from '../build/project.ts';
import { clusterRoleOf } from '../lambdas/rbac.ts';
import { labelsOf, type Manifest, NAMESPACE } from './kubernetes.ts';

export function accessOf({ name, kind }: Entry): Manifest[] {
  const account: Manifest = {
    ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
    metadata: { name, labels: labelsOf(name, kind) },
    automountServiceAccountToken: false, // the pod template says where it is needed
  };
  return kind === 'lambda' ? [account, roleOf(name), bindingOf(name)] : [account];
}

function roleOf(name: string): Manifest {
  const role = clusterRoleOf(name);
  return { ...role, metadata: { ...role.metadata, labels: labelsOf(name, 'lambda') } };
}

function bindingOf(name: string): Manifest {
  return {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' },
    metadata: { name: clusterRoleOf(name).metadata.name, labels: labelsOf(name, 'lambda') },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRoleOf(name).metadata.name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
  };
}
