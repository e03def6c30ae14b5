/**
 * The way to the API server. @kubernetes/client-node reads the kubeconfig or the pod's ServiceAccount and renews tokens; its
 * generated API is not used: it makes a bundle of 4.3 MB that takes 70 MB at start, and drops the fields that it does not know.
 */
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Config } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import { type ClientOptions, createHttpClient, type Method, targetOf } from '../../shared/http/client.ts';
import type { ApiRequest, Send, Verb } from './api.ts';

export interface Connection {
  /** The URL of the API server. */
  readonly server: string;
  readonly send: Send;
  readonly close: () => void;
}

const METHODS: Readonly<Record<Verb, Method>> = { get: 'GET', list: 'GET', create: 'POST', patch: 'PATCH' };
const MERGE_PATCH = 'application/merge-patch+json';

/** @throws {AsreError} ASRE_CONFIG_INVALID where no cluster is named */
export async function connect({ KUBECONFIG: file }: Pick<Config, 'KUBECONFIG'>): Promise<Connection> {
  const kubeConfig = new KubeConfig();
  try {
    if (file !== '') kubeConfig.loadFromFile(file);
    else if (process.env.KUBERNETES_SERVICE_HOST !== undefined) kubeConfig.loadFromCluster();
    else throw new Error('it is unset, and this is not a pod');
    return await open(kubeConfig);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new AsreError('ASRE_CONFIG_INVALID', `KUBECONFIG must name a file with a cluster: ${why}`, { cause });
  }
}

async function open(kubeConfig: KubeConfig): Promise<Connection> {
  const { headers: _, agent: __, ...tls } = await optionsOf(kubeConfig);
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  const base = new URL(server);
  const client = createHttpClient(tls as ClientOptions);
  const send: Send = async (request, timeoutMs) => {
    const options = await optionsOf(kubeConfig).catch(asError); // again each time: tokens are renewed
    if (options instanceof Error) return { kind: 'unreachable', message: `no credential: ${options.message}` };
    const { headers = {} } = options;
    const body = request.body === undefined ? '' : JSON.stringify(request.body);
    const type = request.verb === 'patch' ? MERGE_PATCH : 'application/json';
    const all = {
      ...(headers as Record<string, string>),
      accept: '*/*',
      ...(body === '' ? {} : { 'content-type': type }),
    };
    return client.request(METHODS[request.verb], targetOf(urlOf(base, request).href), all, body, timeoutMs);
  };
  return { server, send, close: () => client.close() };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function optionsOf(kubeConfig: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(options);
  return options;
}

/** The path of a request; every part of it is encoded, since names come from alerts. */
export function urlOf(base: URL, { resource, namespace, name, subresource, query = {} }: ApiRequest): URL {
  const { group, version, plural } = resource;
  const api = group === '' ? ['api', version] : ['apis', group, version];
  const scope = namespace === undefined ? [] : ['namespaces', namespace];
  const parts = [...api, ...scope, plural, ...[name, subresource].filter((part) => part !== undefined)];
  const url = new URL(base);
  url.pathname = [base.pathname.replace(/\/$/, ''), ...parts.map(encodeURIComponent)].join('/');
  url.search = new URLSearchParams(query).toString();
  return url;
}
