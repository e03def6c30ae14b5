/** The catalogue as a function-calling model is told of it, and the way back from the model's words. */
import { Ajv } from 'ajv';
import type { Parameters } from '../../shared/decision.ts';
import { isObject } from '../../shared/json.ts';
import type { CatalogueFunction, Runbook } from '../../shared/runbook/runbook.ts';

export type Value = Parameters[string];

export const TYPES = ['STRING', 'INTEGER', 'NUMBER', 'BOOLEAN'] as const;
export type DeclaredType = (typeof TYPES)[number];

export interface ToolParameter {
  /** As the model writes it; `name` is that of the catalogue. */
  readonly key: string;
  readonly name: string;
  readonly type: DeclaredType;
  readonly description: string;
  readonly required: boolean;
  /** Whatever an enum lists. */
  readonly options: readonly Value[];
  /** Values of the catalogue and the situations that the schema accepts. */
  readonly constants: readonly Value[];
  readonly accepts: (value: Value) => boolean;
}

export interface Tool {
  /** As the model writes it: letters, digits and underscores, which every server's parser takes. */
  readonly name: string;
  /** Undefined for the tool that says that nothing should be done. */
  readonly called: CatalogueFunction | undefined;
  readonly description: string;
  /** By key, as FunctionGemma's template sorts them, and as it was trained to write them. */
  readonly parameters: readonly ToolParameter[];
}

/** Not a name of the catalogue, whose names have no underscore. */
export const NO_ACTION: Tool = {
  name: 'no_action',
  called: undefined,
  description:
    'Do nothing: a meta alert, a quota, a budget, an SLO burn, a cloud service, a network device, a security or audit notice, a fault whose object no label names.',
  parameters: [],
};

/** FunctionGemma's template leaves out parameters of these names without a word. */
const DROPPED = new Set(['description', 'type', 'properties', 'required', 'nullable']);
const ALIAS = 'which_';
/** More integers than these are not offered one by one, only those that the alert or the catalogue names. */
const RANGE_LIMIT = 1_024;

/** Every function of the catalogue as a tool, in its order. */
export function toolsOf(runbook: Runbook): Tool[] {
  const ajv = new Ajv({ strict: false, validateSchema: false, code: { optimize: false } });
  return [...runbook.catalogue.values()].map((called) => toolOf(runbook, called, ajv));
}

function toolOf(runbook: Runbook, called: CatalogueFunction, ajv: Ajv): Tool {
  const properties = isObject(called.schema.properties) ? called.schema.properties : {};
  const required = Array.isArray(called.schema.required) ? called.schema.required : [];
  const written = constantsOf(runbook, called);
  const keys = new Set<string>();
  const parameters = Object.entries(properties).map(([name, schema]): ToolParameter => {
    const key = keyOf(name, keys);
    const accepts = acceptor(ajv, schema);
    const options = isObject(schema) && Array.isArray(schema.enum) ? schema.enum.filter(isValue) : [];
    const constants = [...new Set([...options, ...constantsIn(schema), ...(written.get(name) ?? [])])].filter(accepts);
    const description = isObject(schema) && typeof schema.description === 'string' ? schema.description : '';
    return {
      key,
      name,
      type: typeOf(schema),
      description,
      required: required.includes(name),
      options,
      constants,
      accepts,
    };
  });
  return {
    name: toolName(called.name),
    called,
    description: called.description,
    parameters: parameters.sort((left, right) => compareKeys(left.key, right.key)),
  };
}

/** Jinja's dictsort, which the template uses, ignores case. */
function compareKeys(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : left < right ? -1 : 1;
}

function toolName(name: string): string {
  const word = name.replaceAll(/\W/g, '_');
  return /^\d/.test(word) ? `f_${word}` : word;
}

/** The name in letters, digits and underscores, and none that the template drops; unlike those of the others. */
function keyOf(name: string, taken: Set<string>): string {
  const word = name.replaceAll(/\W/g, '_');
  let key = DROPPED.has(word) || !/^[a-z_]/i.test(word) ? ALIAS + word : word;
  while (taken.has(key)) key += '_';
  taken.add(key);
  return key;
}

function acceptor(ajv: Ajv, schema: unknown): (value: Value) => boolean {
  if (typeof schema !== 'boolean' && !isObject(schema)) return () => false;
  try {
    const validate = ajv.compile(schema);
    return (value) => validate(value) === true;
  } catch {
    return () => false; // refers to what only the whole schema has
  }
}

export function isValue(value: unknown): value is Value {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** The constants that the fill rules and the cases of the situations write, by parameter. */
function constantsOf({ situations }: Runbook, { name, fill }: CatalogueFunction): Map<string, Value[]> {
  const cases = [...situations.values()].flatMap((situation) => situation.cases.filter((each) => each.do === name));
  const constants = new Map<string, Value[]>();
  for (const { parameters = {} } of [...fill, ...cases]) {
    for (const [parameter, value] of Object.entries(parameters)) {
      constants.set(parameter, [...(constants.get(parameter) ?? []), value]);
    }
  }
  return constants;
}

/** What a schema itself lists: its default, constants, booleans, and the integers of a range that is not too long. */
function constantsIn(schema: unknown): Value[] {
  if (!isObject(schema)) return [];
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((each) => (Array.isArray(each) ? each : []));
  const own = [schema.default, schema.const, ...(Array.isArray(schema.enum) ? schema.enum : [])].filter(isValue);
  const booleans = schema.type === 'boolean' ? [true, false] : [];
  return [...own, ...booleans, ...range(schema), ...branches.flatMap(constantsIn)];
}

function range({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Record<string, unknown>): number[] {
  const least = typeof minimum === 'number' ? Math.ceil(minimum) : above(exclusiveMinimum);
  const most = typeof maximum === 'number' ? Math.floor(maximum) : below(exclusiveMaximum);
  if (type !== 'integer' || least === undefined || most === undefined || most - least >= RANGE_LIMIT) return [];
  return Array.from({ length: Math.max(0, most - least + 1) }, (_, index) => least + index);
}

function above(limit: unknown): number | undefined {
  return typeof limit === 'number' ? Math.floor(limit) + 1 : undefined;
}

function below(limit: unknown): number | undefined {
  return typeof limit === 'number' ? Math.ceil(limit) - 1 : undefined;
}

/** A union is declared as text: the template has one type for each parameter. */
function typeOf(schema: unknown): DeclaredType {
  const named = isObject(schema) && typeof schema.type === 'string' ? schema.type.toUpperCase() : '';
  return TYPES.find((type) => type === named) ?? 'STRING';
}
