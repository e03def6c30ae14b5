import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ValidateFunction } from 'ajv';

// The project's own schemas are checked by their tests. To check them again with JSON Schema's own schema, which has to be
// compiled for that, is work at every start of a function; so is tidying the generated code.
const own = { strict: false, allowUnionTypes: true, validateSchema: false, code: { optimize: false } } as const;
const first = new Ajv(own);
const every = new Ajv({ ...own, allErrors: true, verbose: true });

/** The guard of one of the project's own schemas; reports only the first error, to limit what a hostile sender costs. */
export function compileGuard<Schema extends TSchema>(schema: Schema): ValidateFunction<Static<Schema>> {
  return first.compile<Static<Schema>>(schema);
}

/** Like compileGuard, but reports every error, with the schema and the value that it is about: for files that a person writes. */
export function compileThoroughGuard<Schema extends TSchema>(schema: Schema): ValidateFunction<Static<Schema>> {
  return every.compile<Static<Schema>>(schema);
}
