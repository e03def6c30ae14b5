import { isObject } from '../shared/alert/alert.ts';
import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import type { Attempt } from '../shared/decision.ts';
import { eventRejected, lambdaTrigger, remediationSuppressed, remediationUnresolved } from '../shared/events/index.ts';
import { printable } from '../shared/text/printable.ts';
import { formatTable } from '../shared/text/table.ts';
import type { Course } from './chain.ts';

const HEADINGS = ['tier', 'vote', 'function', 'parameters', 'confidence', 'reason', 'ms'];
const OBJECT_LABELS = [
  'pod',
  'persistentvolumeclaim',
  'deployment',
  'statefulset',
  'daemonset',
  'job_name',
  'name',
  'node',
  'instance',
];
const NO_FUNCTION = 'none';

/** The event that ends the chain; undefined where an event was handled and nothing more said, or could not be handled. */
export function outcomeOf({ events, done, failure }: Course): CloudEvent | undefined {
  return done === undefined && failure === undefined ? events.at(-1) : undefined;
}

/** Every vote, oldest first. An event.rejected holds none, so they are those of the last event that does. */
export function attemptsOf({ events }: Course): readonly Attempt[] {
  const votes = events.map(({ data }) => field(data, 'attempts') ?? field(field(data, 'selection'), 'attempts'));
  const last = votes.findLast(Array.isArray);
  return (last ?? []) as Attempt[];
}

/** The alert of the first event that holds one. */
export function alertOf({ events }: Course): Readonly<Record<string, unknown>> | undefined {
  const alerts = events.map(({ data }) => {
    const inner = field(data, 'alert') ?? field(field(data, 'selection'), 'alert');
    return inner ?? (field(data, 'labels') === undefined ? undefined : data);
  });
  return alerts.find(isObject);
}

/** The alert's name and the labels that best say which one it is. */
export function alertNameOf(course: Course): string {
  const labels = field(alertOf(course), 'labels');
  const object = OBJECT_LABELS.map((name) => field(labels, name)).find((value) => value !== undefined);
  const target = [field(labels, 'namespace'), object].filter((part) => part !== undefined).join('/');
  const name = field(labels, 'alertname') ?? 'an alert that cannot be read';
  return printable(target === '' ? String(name) : `${name} ${target}`);
}

/** The function that is triggered, or else none; rejected and failed alerts are neither. */
export function functionOf(course: Course): string {
  if (course.failure !== undefined) return 'failed';
  const outcome = outcomeOf(course);
  if (outcome?.attributes.type === eventRejected.type) return 'rejected';
  return outcome?.attributes.type === lambdaTrigger.type ? String(field(outcome.data, 'lambda_function')) : NO_FUNCTION;
}

/** The alert, a table of the votes, and the end. */
export function courseText(course: Course, width: number): string {
  const rows = attemptsOf(course).map(voteRow);
  const table = rows.length === 0 ? [] : [formatTable(HEADINGS, rows, width)];
  return [alertNameOf(course), ...table, `→ ${printable(endText(course))}`].join('\n');
}

function voteRow(attempt: Attempt): string[] {
  const { method, outcome, lambda_function = '', parameters, confidence, reason, reasoning, duration_ms } = attempt;
  return [
    method,
    outcome,
    lambda_function,
    parametersText(parameters ?? {}),
    confidence?.toFixed(2) ?? '',
    printable(reasoning === undefined ? reason : `${reason}: ${reasoning}`),
    duration_ms?.toFixed(1) ?? '',
  ];
}

function endText(course: Course): string {
  if (course.failure !== undefined) return `failed: ${course.failure.code}: ${course.failure.message}`;
  if (course.done !== undefined) return `nothing to do: ${course.done}`;
  const { attributes, data } = outcomeOf(course) ?? { attributes: {}, data: {} };
  switch (attributes.type) {
    case lambdaTrigger.type:
      return `lambda.trigger: ${field(data, 'lambda_function')} ${attributes.subject}`;
    case remediationUnresolved.type:
      return ['unresolved', field(data, 'reason'), field(data, 'reasoning')].filter(Boolean).join(': ');
    case remediationSuppressed.type:
      return `suppressed: ${field(data, 'reason')}: ${field(field(data, 'selection'), 'lambda_function')}`;
    case eventRejected.type:
      return `rejected: ${field(data, 'code')}: ${field(data, 'message')}`;
    default:
      return `${attributes.type}: no function of the chain takes it`;
  }
}

function parametersText(parameters: NonNullable<Attempt['parameters']>): string {
  return printable(
    Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
