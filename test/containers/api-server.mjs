/**
 * In the place of an API server, for Lambdas in containers: it knows one Deployment for each name that it is asked for, with one
 * replica at first, and logs each patch. The real one is in test/kubernetes and test/whole-way.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const DEPLOYMENT = /^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments\/([^/?]+)/;
const deployments = new Map();
const identity = { key: readFileSync('/api/key.pem'), cert: readFileSync('/api/certificate.pem') };

createServer(identity, async (request, response) => {
  const body = await bodyOf(request);
  const [status, object] =
    request.headers.authorization === 'Bearer token-of-the-test' ? answer(request, body) : [401, failure(401)];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(object));
}).listen(6443);

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function answer({ method, url }, body) {
  const [, namespace, name] = DEPLOYMENT.exec(url) ?? [];
  if (url.includes('/horizontalpodautoscalers')) return [200, { items: [] }];
  if (name === undefined)
    return [404, { ...failure(404), reason: 'NotFound', details: { name: url.split('/').at(-1) } }];
  const object = deployments.get(name) ?? {
    metadata: { name, namespace, uid: `uid-of-${name}`, resourceVersion: '1' },
  };
  deployments.set(name, object);
  object.spec ??= { replicas: 1 };
  if (method === 'PATCH') patch(object, JSON.parse(body));
  return [200, { apiVersion: 'apps/v1', kind: 'Deployment', ...object }];
}

function patch(object, { metadata = {}, spec = {} }) {
  object.metadata.annotations = { ...object.metadata.annotations, ...metadata.annotations };
  object.metadata.resourceVersion = String(Number(object.metadata.resourceVersion) + 1);
  Object.assign(object.spec, spec);
  console.log(`patched ${object.metadata.name}: ${object.spec.replicas} replicas`);
}

function failure(code) {
  return { kind: 'Status', status: 'Failure', code };
}
