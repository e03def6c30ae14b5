/** How one HTTP exchange ended, and what that means to the sender. */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'timeout' }
  /** `code` is the system's, such as ECONNREFUSED, where it gave one. */
  | { readonly kind: 'unreachable'; readonly message: string; readonly code?: string };

const RETRIED = new Set([404, 408, 409, 429]);

/** What may be sent again (CloudEvents webhook and Knative data plane specifications): these and every 5xx. */
export function isRetried(status: number): boolean {
  return status >= 500 || RETRIED.has(status);
}

/** Whether the receiver took it. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * How long the receiver asks to be left alone, in milliseconds: Retry-After, in seconds or as a date (RFC 9110, 10.2.3).
 * Undefined where it says nothing that can be read, or a time that is over.
 */
export function retryAfterMs(exchange: Exchange, now: Date): number | undefined {
  if (exchange.kind !== 'response') return undefined;
  const text = String(exchange.headers['retry-after'] ?? '');
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return ms > 0 ? ms : undefined;
}

/** The exchange in a few words, for messages. */
export function describeExchange(exchange: Exchange): string {
  switch (exchange.kind) {
    case 'response':
      return `status ${exchange.status}`;
    case 'timeout':
      return 'timed out';
    case 'unreachable':
      return exchange.code ?? exchange.message;
  }
}

/** That an address could not be reached, or the connection broke. */
export function unreachable(method: string, url: string, { code, message }: NodeJS.ErrnoException): Exchange {
  // Trying several addresses of a name (RFC 8305) fails with a code and without a message.
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const what = { kind: 'unreachable', message: `${verb} "${url}": ${message || code}` } as const;
  return code === undefined ? what : { ...what, code };
}
