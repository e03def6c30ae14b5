import { Type } from '@sinclair/typebox';

/** The schema of a text that is one of `values`; its errors name the field once, where a union would report every value. */
export function oneOf<const Value extends string>(values: readonly Value[]) {
  return Type.Unsafe<Value>({ type: 'string', enum: [...values] });
}
