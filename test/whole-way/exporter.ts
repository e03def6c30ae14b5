/** In the place of kube-state-metrics and of the application's own metrics: it reads the Deployments from the API server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../lambdas/kit/connect.ts';
import { RESOURCES } from '../../lambdas/kit/resources.ts';

const LIMIT_MS = 5_000;

export interface Exporter {
  /** Host and port. */
  readonly target: string;
  /** Requests a second by Deployment, as namespace/name; it may be changed. */
  readonly load: Map<string, number>;
  stop(): void;
}

export async function startExporter(): Promise<Exporter> {
  const load = new Map<string, number>();
  const connection = await connect({ KUBECONFIG: process.env.KUBECONFIG ?? '' });
  const server = createServer(async (_, response) => {
    const exchange = await connection.send({ verb: 'list', resource: RESOURCES.deployments }, LIMIT_MS);
    if (exchange.kind !== 'response' || exchange.status !== 200) {
      response.writeHead(503).end();
      return;
    }
    const { items } = JSON.parse(exchange.body.toString('utf8')) as { items: Deployment[] };
    response.end(items.map((each) => linesOf(each, load)).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
    connection.close();
  };
  return { target: `127.0.0.1:${port}`, load, stop };
}

interface Deployment {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly status?: { readonly replicas?: number };
}

function linesOf({ metadata, status }: Deployment, load: ReadonlyMap<string, number>): string {
  const labels = `{namespace="${metadata.namespace}",deployment="${metadata.name}"}`;
  const requests = load.get(`${metadata.namespace}/${metadata.name}`) ?? 0;
  return [
    `kube_deployment_status_replicas${labels} ${status?.replicas ?? 0}\n`,
    `http_requests_per_second${labels} ${requests}\n`,
  ].join('');
}
