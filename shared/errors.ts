import { ERRORS, type ErrorCode, type ErrorEntry } from './error-codes.ts';

/** An error of the catalogue. `message` is safe to send: it never holds a payload, a credential or a label's value. */
export class AsreError extends Error {
  override readonly name = 'AsreError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get entry(): ErrorEntry {
    return ERRORS[this.code];
  }
}

/** `error` itself where it is one of the catalogue, else the unexpected failure ASRE_INTERNAL with it as the cause. */
export function asAsreError(error: unknown): AsreError {
  if (error instanceof AsreError) return error;
  return new AsreError('ASRE_INTERNAL', 'unexpected failure', { cause: error });
}
