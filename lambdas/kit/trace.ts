import { isSuccess } from '../../shared/http/exchange.ts';
import { NO_SPAN, type Span, within } from '../../shared/traces/span.ts';
import type { ApiRequest, Send } from './api.ts';
import type { Connection } from './connect.ts';

/** The way to the API server with a span for each request. It names kinds and no objects: their names are those of labels. */
export function tracedSend({ server, send }: Pick<Connection, 'server' | 'send'>, parent: Span): Send {
  if (parent === NO_SPAN) return send;
  return (request, timeoutMs) =>
    within(parent.start(nameOf(request), 'client', addressOf(server)), async (span) => {
      const exchange = await send(request, timeoutMs);
      if (exchange.kind === 'response') span.set({ 'http.response.status_code': exchange.status });
      if (exchange.kind !== 'response') span.fail(exchange.kind);
      else if (!isSuccess(exchange.status)) span.fail(String(exchange.status));
      return exchange;
    });
}

function nameOf({ verb, resource, subresource }: ApiRequest): string {
  return `${verb} ${subresource === undefined ? resource.kind : `${resource.kind}/${subresource}`}`;
}

function addressOf(server: string) {
  if (!URL.canParse(server)) return {};
  const { hostname, port, protocol } = new URL(server);
  return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) };
}
