import type { Ajv, ValidateFunction } from 'ajv';
import type { Labels } from '../alert/alert.ts';
import type { Scrapers } from '../alert/own-labels.ts';
import type { Call, Parameters } from '../decision.ts';
import { isObject } from '../json.ts';
import type { Matcher } from './matcher.ts';
import type { NamespaceSet } from './namespaces.ts';
import type { Remediation } from './remediation.ts';
import type { Risk } from './risk.ts';
import type { Case, CatalogueFile, Entry, Grant } from './schema.ts';

/** A function that may be emitted. */
export interface CatalogueFunction {
  readonly name: string;
  readonly description: string;
  readonly risk: Risk;
  readonly fill: CatalogueFile['functions'][string]['fill'];
  readonly schema: Readonly<Record<string, unknown>>;
  /** What the schema says of parameters that are left out. */
  readonly defaults: Parameters;
  /** What is wrong with the parameters, or undefined where they satisfy the schema. */
  readonly complaint: (parameters: unknown) => string | undefined;
}

export type Catalogue = ReadonlyMap<string, CatalogueFunction>;

/** Templates over labels that speak of one object: for each parameter the alternatives, best first. */
export type Family = Readonly<Record<string, readonly string[]>>;
/** The families that may name a target, best first. */
export type Target = readonly Family[];

/** A grant that can tell whether it speaks of a namespace ('' for an alert without one). */
export interface CompiledGrant extends Grant {
  readonly isIn: (namespace: string) => boolean;
}

export interface Policy {
  readonly protectedNamespaces: NamespaceSet;
  /** Values of the label cluster that are acted on; empty for all. */
  readonly clusters: ReadonlySet<string>;
  /** Conditions by function: it is never called where one of them holds. */
  readonly forbidden: ReadonlyMap<string, readonly string[]>;
  readonly annotations: readonly CompiledGrant[];
  /** Components that report on others; their own labels are not part of what an alert is about (own-labels.ts). */
  readonly scrapers: Scrapers;
  readonly targets: ReadonlyMap<string, Target>;
  /** Named facts about an alert; any of the matchers makes it true. */
  readonly conditions: ReadonlyMap<string, readonly Matcher[]>;
  readonly remediation: Remediation;
}

export interface Situation {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** An entry whose matchers are compiled. */
export interface RunbookEntry extends Entry {
  readonly matchers: readonly Matcher[];
}

/** The runbook, checked: every name it uses exists, every matcher and template is sound. */
export interface Runbook {
  readonly catalogue: Catalogue;
  readonly policy: Policy;
  readonly situations: ReadonlyMap<string, Situation>;
  /** In the order of the files; empty where only the catalogue and the policy were asked for. */
  readonly entries: readonly RunbookEntry[];
}

/** A function of the catalogue; the schema of its parameters is compiled when it is first asked about: most never are. */
export function catalogueFunction(
  ajv: Ajv,
  name: string,
  declared: CatalogueFile['functions'][string],
): CatalogueFunction {
  let validate: ValidateFunction | undefined;
  const complaint = (parameters: unknown) => {
    validate ??= ajv.compile(declared.parameters);
    if (validate(parameters)) return undefined;
    const [error] = validate.errors ?? [];
    return `parameters${error?.instancePath ?? ''} ${error?.message ?? 'are invalid'}`;
  };
  const { description, risk, fill, parameters: schema } = declared;
  return { name, description, risk, fill, schema, defaults: defaultsOf(schema), complaint };
}

function defaultsOf({ properties = {} }: CatalogueFunction['schema']): Parameters {
  const declared = Object.entries(properties as Record<string, { default?: Parameters[string] }>);
  return Object.fromEntries(
    declared.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The parameters that a schema lists; undefined where it lists none and takes any, takes others too, or says elsewhere what it takes. */
export function parameterNames(schema: CatalogueFunction['schema']): readonly string[] | undefined {
  const parts = partsOf(schema);
  const lists = parts.flatMap(({ properties }) => (isObject(properties) ? [Object.keys(properties)] : []));
  const listsNone = lists.length === 0 && schema.additionalProperties !== false;
  return listsNone || parts.some(isOpen) ? undefined : [...new Set(lists.flat())];
}

/** A schema, and those that it applies to the same parameters. */
function partsOf(schema: CatalogueFunction['schema']): CatalogueFunction['schema'][] {
  const { allOf, anyOf, oneOf, if: condition, then, else: otherwise } = schema;
  const inner = [allOf, anyOf, oneOf, condition, then, otherwise].flat().filter(isObject);
  return [schema, ...inner.flatMap(partsOf)];
}

function isOpen({ additionalProperties = false, ...rest }: CatalogueFunction['schema']): boolean {
  return additionalProperties !== false || ['$ref', 'patternProperties', 'dependentSchemas'].some((key) => key in rest);
}

/** Whether some entry's own matchers and names take this alert. */
export function entryMatches(entry: RunbookEntry, alertname: string, labels: Labels): boolean {
  if (entry.names !== undefined && !entry.names.includes(alertname)) return false;
  return entry.matchers.every((matcher) => matcher.test(labels));
}

/** The parameters of a call with the defaults of the schema filled in, for comparing two calls. */
export function withDefaults(catalogue: Catalogue, { lambda_function, parameters }: Call): Parameters {
  const defaults = catalogue.get(lambda_function)?.defaults ?? {};
  const isComplete = Object.keys(defaults).every((name) => Object.hasOwn(parameters, name));
  return isComplete ? parameters : { ...defaults, ...parameters };
}

/** The risk of a function; an unknown one might do anything. */
export function riskOf(catalogue: Catalogue, name: string): Risk {
  return catalogue.get(name)?.risk ?? 'disruptive';
}

/** Whether a call of the function changes anything; an unknown one might. */
export function isMutating(catalogue: Catalogue, name: string): boolean {
  return riskOf(catalogue, name) !== 'observe';
}

/** Whether two calls are the same once defaults are filled in. */
export function sameCall(catalogue: Catalogue, left: Call, right: Call): boolean {
  if (left.lambda_function !== right.lambda_function) return false;
  const [ours, theirs] = [withDefaults(catalogue, left), withDefaults(catalogue, right)];
  return [ours, theirs].every((parameters) => Object.keys(parameters).every((name) => ours[name] === theirs[name]));
}
