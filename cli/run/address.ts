/** Where a Trigger's subscriber or dead letter sink is, as this system knows it. */
import type { Destination } from '../../eventing/convert.ts';
import type { LocalFunction } from '../../processes/functions.ts';
import { type Target, targetOf } from '../../shared/http/client.ts';

interface Known {
  readonly functions: ReadonlyMap<string, Pick<LocalFunction, 'ready'>>;
  /** The URLs of --service. */
  readonly services: ReadonlyMap<string, string>;
  /** This port. */
  readonly url: string;
}

/** The address of a destination; a function that is not running is started first. */
export function addressOf(destination: Destination, { functions, services, url }: Known): Target | Promise<Target> {
  switch (destination.kind) {
    case 'uri':
      return targetOf(destination.uri);
    case 'broker':
      return targetOf(`${url}${destination.namespace}/${destination.name}`);
    case 'service': {
      const { name, uri } = destination;
      const elsewhere = services.get(name);
      if (elsewhere !== undefined) return resolved(uri, elsewhere);
      const target = readyFunction(functions, name);
      return uri === '' ? target : Promise.resolve(target).then((base) => resolved(uri, base.url));
    }
  }
}

/** A function of this system that takes requests. */
export function readyFunction(functions: Known['functions'], name: string): Target | Promise<Target> {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`there is no function '${name}'`);
  return found.ready();
}

// As Knative does: the URL of the ref is the base of the uri (RFC 3986, 5.2), and is taken as it is where there is none.
function resolved(uri: string, base: string): Target {
  return targetOf(new URL(uri, base).href);
}
