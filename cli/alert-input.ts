import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { isObject } from '../shared/json.ts';
import { inputName, parseEvent, parseJson, readText } from './input.ts';
import { type Terminal, UserError } from './verb.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a person may hand over: a webhook notification of Alertmanager, one alert, or an event. */
export type Input =
  | { readonly kind: 'notification'; readonly notification: Fields }
  | { readonly kind: 'alert'; readonly alert: Fields /** Written as an API shows it. */; readonly fromApi: boolean }
  | { readonly kind: 'event'; readonly event: CloudEvent };

const FORMS = 'it needs "alerts", "labels", or the attributes of an event';
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)=(.*)$/s;

/**
 * Everything that a file holds, or standard input for `-`: one JSON value, or one a line. Beside what agent-sre receives
 * these are the alerts that Alertmanager's API v2 (and amtool -o json) and Prometheus' API v1 show.
 *
 * @throws {UserError}
 */
export async function readInputs(path: string, terminal: Terminal): Promise<Input[]> {
  const name = inputName(path);
  const content = await readText(path, terminal);
  const values = parseLines(content, name) ?? [{ value: parseJson(content, name), where: name }];
  const inputs = values.flatMap(({ value, where }) => inputsOfValue(value, where));
  if (inputs.length === 0) throw new UserError(`${name} contains no alert`, 'its list of alerts is empty');
  return inputs;
}

/** The alert of labels that stand on the command line, or undefined where the operands are not labels. @throws {UserError} */
export function alertOfLabels(operands: readonly string[], text: string | undefined): Input | undefined {
  const pairs = operands.map((operand) => LABEL.exec(operand));
  const other = operands.find((_, index) => pairs[index] === null);
  if (pairs.every((pair) => pair === null)) {
    if (text === undefined) return undefined;
    throw new UserError('--text is for an alert that is given by its labels', 'alertname=... --text "..."');
  }
  if (other !== undefined)
    throw new UserError(`"${other}" is not a label`, 'give labels (name=value) or files, not both');
  const names = pairs.map((pair) => pair?.[1] ?? '');
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UserError(`the label ${twice} is given twice`, 'give each label once');
  const labels = Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
  if (!labels.alertname) throw new UserError('the labels lack alertname', 'such as alertname=KubePodCrashLooping');
  const annotations = text === undefined ? {} : { description: text };
  return { kind: 'alert', alert: { labels, annotations }, fromApi: false };
}

/** A notification of version 4 as Alertmanager would send it for this one alert. */
export function notificationOf(alert: Fields): Record<string, unknown> {
  const status = alert.status ?? alert.state ?? 'firing';
  return { version: '4', receiver: 'agent-sre', status, truncatedAlerts: 0, alerts: [{ status, ...alert }] };
}

// One value over many lines is not JSON line by line: then the file is one value.
function parseLines(content: string, name: string): { value: unknown; where: string }[] | undefined {
  const lines = content.split('\n').map((text, index) => ({ text, where: `${name}:${index + 1}` }));
  const filled = lines.filter(({ text }) => text.trim() !== '');
  const [first] = filled;
  if (first === undefined || filled.length === 1 || !isJson(first.text)) return undefined;
  return filled.map(({ text, where }) => ({ value: parseJson(text, where), where }));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
}

/** What one JSON value holds. @throws {UserError} naming what it is not */
export function inputsOfValue(value: unknown, where: string): Input[] {
  if (Array.isArray(value)) return value.map((alert, index) => fromApi(alert, `${where}: alerts[${index}]`));
  if (!isObject(value)) throw new UserError(`${where} does not contain a JSON object`, FORMS);
  if (typeof value.specversion === 'string') return [{ kind: 'event', event: parseEvent(value, where) }];
  if (Array.isArray(value.alerts)) return [{ kind: 'notification', notification: value }];
  if (isObject(value.data) && Array.isArray(value.data.alerts)) return inputsOfValue(value.data.alerts, where);
  if (isObject(value.alert)) return [{ kind: 'alert', alert: value.alert, fromApi: false }];
  if (isObject(value.status) || 'activeAt' in value) return [fromApi(value, where)];
  if (isObject(value.labels)) return [{ kind: 'alert', alert: value, fromApi: false }];
  if ('alertname' in value) {
    throw new UserError(`${where}: alertname stands outside "labels"`, '{"labels": {"alertname": "...", ...}}');
  }
  throw new UserError(`${where} is not a notification of Alertmanager, an alert or a CloudEvent`, FORMS);
}

// The APIs say in an object or another word what a notification says by "firing", and when by activeAt.
function fromApi(value: unknown, where: string): Input {
  if (!isObject(value) || !isObject(value.labels)) throw new UserError(`${where} is not an alert with "labels"`, FORMS);
  const { status, state, activeAt, receivers: _, value: __, ...alert } = value;
  const resolved = status === 'resolved' || state === 'inactive';
  const startsAt = alert.startsAt ?? activeAt;
  return {
    kind: 'alert',
    alert: { ...alert, status: resolved ? 'resolved' : 'firing', ...(startsAt === undefined ? {} : { startsAt }) },
    fromApi: isObject(status) || activeAt !== undefined,
  };
}
