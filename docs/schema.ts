import { isObject } from '../shared/json.ts';
import { code } from './markdown.ts';

/** The part of JSON Schema that the events use. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
  readonly meaning: string;
}

/** The fields of an object schema; `named` are the shapes that have a table of their own. */
export function fieldsOf(schema: Schema, named: ReadonlyMap<Schema, string>): Field[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    type: typeText(property, named),
    meaning: property.description ?? '',
  }));
}

function typeText(schema: Schema, named: ReadonlyMap<Schema, string>): string {
  const shape = named.get(schema);
  if (shape !== undefined) return `[${shape}](#${shape})`;
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.anyOf !== undefined) return schema.anyOf.map((choice) => typeText(choice, named)).join(', ');
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'integer':
      return `whole number${rangeText(schema)}`;
    case 'number':
      return `number${rangeText(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `list of ${typeText(schema.items ?? {}, named)}`;
    case 'object':
      return objectText(schema, named);
    default:
      return 'any value';
  }
}

function objectText(schema: Schema, named: ReadonlyMap<Schema, string>): string {
  const [values] = Object.values(schema.patternProperties ?? {});
  if (values !== undefined) return `object of ${typeText(values, named)}`;
  return `object (${Object.keys(schema.properties ?? {}).join(', ')})`;
}

function rangeText({ minimum, maximum }: Schema): string {
  if (minimum === undefined) return '';
  return maximum === undefined ? ` from ${minimum}` : ` from ${minimum} to ${maximum}`;
}

/** A TypeBox schema as the plain JSON Schema that it is. @throws {Error} where it is none */
export function asSchema(value: unknown): Schema {
  if (!isObject(value)) throw new Error('no schema');
  return value;
}
