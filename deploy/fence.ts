/**
 * The API server's own fence, behind those of emit-trigger and of the Lambda functions: whoever has the token of one of
 * agent-sre's accounts changes nothing in a namespace that the shipped policy protects.
 */
import { readYaml } from '../build/project.ts';
import { labelsOf, type Manifest, NAMESPACE } from './kubernetes.ts';

const NAME = 'agent-sre-protected-namespaces';
const ACCOUNTS = `system:serviceaccounts:${NAMESPACE}`;

export function fence(): Manifest[] {
  const values = readYaml('runbook/policy.yaml').protectedNamespaces;
  const protectedOnes = { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] };
  const everything = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], scope: 'Namespaced' };
  return [
    manifest('ValidatingAdmissionPolicy', {
      matchConstraints: {
        namespaceSelector: protectedOnes,
        resourceRules: [{ ...everything, operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] }],
      },
      matchConditions: [{ name: 'by-agent-sre', expression: `'${ACCOUNTS}' in request.userInfo.groups` }],
      validations: [{ expression: 'false', message: 'agent-sre changes nothing in a protected namespace' }],
    }),
    manifest('ValidatingAdmissionPolicyBinding', { policyName: NAME, validationActions: ['Deny'] }),
  ];
}

function manifest(kind: string, spec: Readonly<Record<string, unknown>>): Manifest {
  return {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind },
    metadata: { name: NAME, labels: labelsOf(NAME, 'access') },
    spec,
  };
}
