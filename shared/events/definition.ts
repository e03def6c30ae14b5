import type { Static, TSchema } from '@sinclair/typebox';
import type { ValidateFunction } from 'ajv';
import { AsreError } from '../errors.ts';
import { compileGuard } from '../json-schema.ts';

/** An event type: its name, who sends it to whom, and its data. One file of this folder declares each. */
export interface EventDefinition<Data> {
  readonly type: string;
  readonly summary: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Attributes beyond those that every event carries. */
  readonly extensions?: Readonly<Record<string, string>>;
  readonly subject?: string;
  readonly schema: TSchema;
  readonly example: Data;
  /**
   * Untrusted data → typed data.
   * @param time the event's own time attribute, where the sender set one
   * @param now the clock
   * @throws {AsreError} a `reject` that names what is wrong
   */
  readonly parse: (data: unknown, time?: string, now?: Date) => Data;
}

/** Characters of the place of an error: its keys are the sender's, and a message holds no payload. */
const WHERE_LIMIT = 100;

interface Declaration<Schema extends TSchema> extends Omit<EventDefinition<Static<Schema>>, 'parse' | 'schema'> {
  readonly schema: Schema;
  /** Reads what the schema alone would refuse, such as data that is just an alert. Runs before the schema is checked. */
  readonly read?: (data: unknown, time?: string, now?: Date) => unknown;
}

/** Declares an event type once; its TypeScript type, its guard and its table in docs/events.md follow. */
export function defineEvent<Schema extends TSchema>(declaration: Declaration<Schema>): EventDefinition<Static<Schema>> {
  const { read = (data: unknown) => data, ...definition } = declaration;
  let validate: ValidateFunction<Static<Schema>> | undefined; // compiled when first needed: most functions need two
  const parse = (data: unknown, time?: string, now?: Date): Static<Schema> => {
    validate ??= compileGuard(declaration.schema);
    const candidate = read(data, time, now);
    if (validate(candidate)) return candidate;
    const [error] = validate.errors ?? [];
    const where = `data${error?.instancePath ?? ''}`.slice(0, WHERE_LIMIT);
    throw new AsreError('ASRE_EVENT_DATA_INVALID', `${where} ${error?.message ?? 'is invalid'}`);
  };
  return { ...definition, parse };
}
