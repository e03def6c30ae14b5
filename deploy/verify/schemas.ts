import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { isObject } from '../../shared/json.ts';
import type { Manifest } from '../kubernetes.ts';
import { keyOf } from './render.ts';

const FOLDER = join(import.meta.dirname, '../schemas');
/** Kinds whose schema is in no Go module that can be had: the Go module proxy does not serve eventing-rabbitmq. */
const WITHOUT_SCHEMA = ['eventing.knative.dev/v1alpha1 RabbitmqBrokerConfig'];

const GO_ONLY = /\(\?i\)/; // JavaScript has no such flag within a pattern

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, unicodeRegExp: false });
const schemas = new Map<string, unknown>(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) =>
      Object.entries((JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { kinds: object }).kinds),
    ),
);
const compiled = new Map<string, ValidateFunction>();

/** What does not fit the schema of its kind; a key that the kind does not have is a problem too. */
export function checkSchema(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  if (WITHOUT_SCHEMA.includes(kind)) return [];
  const schema = schemas.get(kind);
  if (schema === undefined) return [`${keyOf(manifest)}: there is no schema of ${kind} in deploy/schemas`];
  const validate = compiled.get(kind) ?? ajv.compile(whole(schema) as object);
  compiled.set(kind, validate);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const key = 'additionalProperty' in params ? ` (${params.additionalProperty})` : '';
    return `${keyOf(manifest)}: ${instancePath} ${message}${key}`;
  });
}

/** A custom resource's schema may leave out what every object has. */
function whole(schema: unknown): unknown {
  const { properties } = schema as { properties: object };
  const common = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  return closed({ ...(schema as object), properties: { ...common, ...properties } });
}

/** The schema with every object closed that lists its properties. The API server drops an unknown key without a word. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') return {};
  const entries = Object.entries(schema).filter(([key, value]) => !(key === 'pattern' && GO_ONLY.test(String(value))));
  const own = Object.fromEntries(entries.map(([key, value]) => [key, closed(value)]));
  const lists = isObject(schema.properties) && schema.type === 'object' && !('additionalProperties' in schema);
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  return lists && !isOpen ? { ...own, additionalProperties: false } : own;
}
