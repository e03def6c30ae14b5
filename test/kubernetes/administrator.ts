/** What the tests do themselves, as an administrator: objects in the state that a case needs, and looks at what became of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiRequest } from '../../lambdas/kit/api.ts';
import { type Connection, connect } from '../../lambdas/kit/connect.ts';
import type { KubeObject } from '../../lambdas/kit/objects.ts';
import { RESOURCES, type Resource } from '../../lambdas/kit/resources.ts';
import { adminFile } from './cluster.ts';

const SETTLE_LIMIT_MS = 60_000;
const REQUEST_LIMIT_MS = 30_000;
const POLL_MS = 150;

const other = (group: string, version: string, plural: string, kind: string, namespaced: boolean): Resource => ({
  ...{ group, version, plural, kind, namespaced },
});
/** Kinds that only tests make. */
export const TEST_RESOURCES = {
  namespaces: other('', 'v1', 'namespaces', 'Namespace', false),
  serviceAccounts: other('', 'v1', 'serviceaccounts', 'ServiceAccount', true),
  roles: other('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false),
  bindings: other('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false),
  statefulSets: other('apps', 'v1', 'statefulsets', 'StatefulSet', true),
  budgets: other('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget', true),
} as const;

/** An object as a test reads it. */
// biome-ignore lint/suspicious/noExplicitAny: a test asserts on the fields that it reads
export type Any = any;

export class Administrator {
  private readonly connection: Connection;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  static async of(folder: string): Promise<Administrator> {
    return new Administrator(await connect({ KUBECONFIG: adminFile(folder) }));
  }

  async create(resource: Resource, object: object & { metadata: { name: string; namespace?: string } }): Promise<Any> {
    const { group, version, kind } = resource;
    const body = { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...object };
    return this.send({ verb: 'create', resource, namespace: object.metadata.namespace, body });
  }

  async patch({ resource, ...where }: Where, body: object, subresource?: string): Promise<Any> {
    return this.send({ verb: 'patch', resource, ...where, body, ...(subresource ? { subresource } : {}) });
  }

  async get({ resource, ...where }: Where): Promise<Any> {
    return this.send({ verb: 'get', resource, ...where });
  }

  async list(resource: Resource, namespace?: string): Promise<Any[]> {
    return (await this.send({ verb: 'list', resource, namespace })).items;
  }

  async token(namespace: string, name: string): Promise<string> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: null } };
    const resource = TEST_RESOURCES.serviceAccounts;
    return (await this.send({ verb: 'create', resource, namespace, name, subresource: 'token', body })).status.token;
  }

  /** Waits until the objects of a kind are as they should be, and returns them. */
  async settled(resource: Resource, namespace: string, isSo: (objects: Any[]) => boolean): Promise<Any[]> {
    const deadline = Date.now() + SETTLE_LIMIT_MS;
    for (;;) {
      const objects = await this.list(resource, namespace);
      if (isSo(objects)) return objects;
      if (Date.now() > deadline)
        throw new Error(
          `the ${objects.length} ${resource.plural} of ${namespace} did not come to the state of the test`,
        );
      await sleep(POLL_MS);
    }
  }

  close(): void {
    this.connection.close();
  }

  private async send(request: ApiRequest): Promise<Any> {
    const exchange = await this.connection.send(request, REQUEST_LIMIT_MS);
    if (exchange.kind === 'response' && exchange.status < 300) return JSON.parse(exchange.body.toString('utf8'));
    const why = exchange.kind === 'response' ? exchange.body.toString('utf8') : exchange.kind;
    throw new Error(`${request.verb} ${request.resource.plural} ${request.name ?? ''}: ${why}`);
  }
}

interface Where {
  readonly resource: Resource;
  readonly name: string;
  readonly namespace?: string;
}

/** A Deployment, StatefulSet or DaemonSet of one container. */
export function workload(name: string, namespace: string, spec: object = {}, pod: object = {}, metadata: object = {}) {
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'main', image: 'registry.example/v1' }], ...pod },
  };
  return { metadata: { name, namespace, ...metadata }, spec: { selector: { matchLabels: labels }, template, ...spec } };
}

/** A pod of one container. */
export function pod(name: string, namespace: string, spec: object = {}, metadata: object = {}) {
  const containers = [{ name: 'main', image: 'registry.example/v1' }];
  return { metadata: { name, namespace, ...metadata }, spec: { containers, ...spec } };
}

/** The status of a pod whose containers are ready. */
export const READY = {
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};

export { type KubeObject, RESOURCES };
