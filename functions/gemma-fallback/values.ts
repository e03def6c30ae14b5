/** The values that a call may hold for an alert, and which parameters a call may have together. */
import type { Alert, Labels } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import type { Call, Parameters } from '../../shared/decision.ts';
import { groundedCalls } from '../../shared/runbook/ground.ts';
import type { PolicyKeys } from '../../shared/runbook/keys.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { resolveTemplate } from '../../shared/runbook/template.ts';
import type { Tool, ToolParameter, Value } from './tools.ts';

/** A tool with what may stand in a call of it for one alert. */
export interface Offer {
  readonly tool: Tool;
  /** By key: label values, and constants of the runbook. */
  readonly values: ReadonlyMap<string, readonly Value[]>;
  /** The sets of keys that a valid call may have, each in the order of the tool's parameters. */
  readonly shapes: readonly (readonly string[])[];
}

/** Of more optional parameters the rest is never written. */
const OPTIONAL_LIMIT = 6;
/** A longer value is no name of anything. */
const VALUE_LIMIT = 512;

/** The labels that a model is shown: those that the policy gives a meaning to, in one order. */
export function shownLabels(keys: PolicyKeys, labels: Labels): [string, string][] {
  return Object.entries(labels)
    .filter(([key, value]) => value !== '' && (keys.targets.has(key) || keys.meets(key, labels)))
    .sort(([left], [right]) => (left < right ? -1 : 1));
}

/**
 * What the alert offers for a tool; undefined where no valid call can be made of it: no target, no action.
 */
export function offerOf(runbook: Runbook, keys: PolicyKeys, tool: Tool, alert: Alert): Offer | undefined {
  if (tool.called === undefined) return { tool, values: new Map(), shapes: [[]] };
  const labels = ownLabels(runbook.policy, alert);
  const templates = templatesOf(runbook, tool.called.name, tool.called.fill);
  const shown = shownLabels(keys, labels).map(([, value]) => value);
  const values = new Map<string, readonly Value[]>();
  for (const parameter of tool.parameters) {
    const texts = templates.get(parameter.name)?.flatMap((template) => resolved(template, labels)) ?? shown;
    const found = [...parameter.constants, ...texts.flatMap((text) => readings(parameter, text))];
    if (found.length > 0) values.set(parameter.key, [...new Set(found)]);
  }
  const shapes = shapesOf(tool, values, tool.called.complaint);
  if (shapes.length === 0) return undefined;
  return narrowed({ tool, values, shapes }, groundedCalls(runbook, alert, tool.called.name, labels));
}

/**
 * Only what stands in one of these calls: every other one the guard would refuse (guard.ts). Where there is none the offer
 * stays as it is: what the model would have called is told all the same.
 */
function narrowed(offer: Offer, calls: readonly Call[]): Offer {
  const { tool } = offer;
  const stands = ({ name }: ToolParameter, value: Value) => calls.some(({ parameters }) => parameters[name] === value);
  const values = new Map(
    tool.parameters.map((parameter) => {
      const offered = offer.values.get(parameter.key) ?? [];
      return [parameter.key, offered.filter((value) => stands(parameter, value))] as const;
    }),
  );
  const called = calls.map(({ parameters }) => keysIn(tool, parameters));
  const shapes = offer.shapes.filter((shape) => called.includes(shape.join()));
  return shapes.length === 0 ? offer : { tool, values, shapes };
}

function keysIn({ parameters }: Tool, call: Parameters): string {
  return parameters
    .filter(({ name }) => call[name] !== undefined)
    .map(({ key }) => key)
    .join();
}

/** The templates of every target that the runbook fills a call of this function from, by parameter. */
function templatesOf(
  { policy, situations }: Runbook,
  name: string,
  fill: readonly { readonly target: string }[],
): Map<string, string[]> {
  const cases = [...situations.values()].flatMap((situation) => situation.cases.filter((each) => each.do === name));
  const targets = new Set([...fill, ...cases].map(({ target = '' }) => target));
  const templates = new Map<string, string[]>();
  for (const family of [...targets].flatMap((target) => policy.targets.get(target) ?? [])) {
    for (const [parameter, alternatives] of Object.entries(family)) {
      templates.set(parameter, [...(templates.get(parameter) ?? []), ...alternatives]);
    }
  }
  return templates;
}

function resolved(template: string, labels: Labels): string[] {
  const result = resolveTemplate(template, labels);
  return 'value' in result ? [result.value] : [];
}

/** A label's value as the schema takes it: as it stands, or as the number or boolean that it spells. */
function readings({ accepts }: ToolParameter, text: string): Value[] {
  // Every control token has an angle bracket, and no Kubernetes name has one.
  if (text.length > VALUE_LIMIT || /[<>\p{Cc}]/u.test(text)) return [];
  if (accepts(text)) return [text];
  const spelt = /^-?\d{1,15}$/.test(text)
    ? Number(text)
    : text === 'true'
      ? true
      : text === 'false'
        ? false
        : undefined;
  return spelt !== undefined && accepts(spelt) ? [spelt] : [];
}

/** The sets of keys that the schema accepts, tried with the first value of each. */
function shapesOf(
  { parameters }: Tool,
  values: Offer['values'],
  complaint: (parameters: unknown) => string | undefined,
): string[][] {
  if (parameters.some(({ key, required }) => required && !values.has(key))) return [];
  const optional = parameters.filter(({ key, required }) => !required && values.has(key)).slice(0, OPTIONAL_LIMIT);
  const shapes: string[][] = [];
  for (let chosen = 0; chosen < 2 ** optional.length; chosen++) {
    const left = new Set(optional.filter((_, index) => ((chosen >> index) & 1) === 0));
    const written = parameters.filter((each) => each.required || (optional.includes(each) && !left.has(each)));
    const call = Object.fromEntries(written.map(({ key, name }) => [name, values.get(key)?.[0]]));
    if (complaint(call) === undefined) shapes.push(written.map(({ key }) => key));
  }
  return shapes;
}

/** The call in the catalogue's words. */
export function parametersOf({ parameters }: Tool, values: ReadonlyMap<string, Value>): Parameters {
  const named = parameters.flatMap(({ key, name }) => {
    const value = values.get(key);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(named);
}
