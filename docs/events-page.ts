import { STAGES } from '../functions/index.ts';
import { Alert, episodeOf } from '../shared/alert/alert.ts';
import { Attempt, Parameters, REASONS } from '../shared/decision.ts';
import type { EventDefinition } from '../shared/events/definition.ts';
import { buildEvent, HOP_LIMIT } from '../shared/events/envelope.ts';
import { exampleAlert } from '../shared/events/example.ts';
import { alertResolved, EVENTS, lambdaFinished, remediationSelected } from '../shared/events/index.ts';
import { Selection } from '../shared/events/remediation-selected.ts';
import { SIGNED } from '../shared/events/signature.ts';
import { block, code, page, table } from './markdown.ts';
import { asSchema, type Field, fieldsOf, type Schema } from './schema.ts';

type Definition = (typeof EVENTS)[number];

const BROKER = 'http://127.0.0.1:8080/default/default';
const EXAMPLE_TIME = new Date('2026-11-23T02:31:07.000Z');

/** Shapes with a table of their own, linked wherever a field has one. */
const SHAPES: ReadonlyMap<Schema, string> = new Map([
  [asSchema(Alert), 'alert'],
  [asSchema(Attempt), 'attempt'],
  [asSchema(Attempt.properties.reason), 'reason'],
  [asSchema(Parameters), 'parameters'],
  [asSchema(Selection), 'selection'],
]);

const INTRO = `# Events

Every event is a [CloudEvent](https://cloudevents.io) 1.0 with JSON data. agent-sre takes binary and structured mode, and sends
binary mode. A Trigger sees attributes only, so everything that one could filter on is an attribute.

In the tables, MUST means that agent-sre always sends the field, and MAY that it sends it if there is something to say.

You may send less. An event needs \`specversion\`, \`id\`, \`source\` and \`type\`, and data that holds a usable alert. Each event says
what else may be left out. Unknown fields of an alert are kept. An event that can never work is answered with
[event.rejected](#eventrejected), which holds a code of [errors.md](errors.md).`;

const ATTRIBUTES: readonly (readonly [string, string, string])[] = [
  ['specversion', 'MUST', '`1.0`; an event of another version is rejected'],
  [
    'id',
    'MUST',
    '32 hex digits that follow from the type, the episode and what the stage decided. A retry repeats the id, so a ' +
      'receiver can tell that it has seen the event',
  ],
  ['source', 'MUST', '`/agent-sre/` and the function that sends it'],
  ['type', 'MUST', 'one of the types below; all Triggers filter on it'],
  ['subject', 'MUST', 'what the event is about: the fingerprint of the alert, unless the event says otherwise'],
  ['time', 'MUST', 'when the event was made, RFC 3339'],
  ['datacontenttype', 'MUST', '`application/json`; `content-type` in binary mode'],
  [
    'correlationid',
    'MUST',
    'the episode, one firing of one alert: `<fingerprint>.<startsAt in milliseconds>`, without replica labels and rounded ' +
      'down (EPISODE_… in configuration.md); 0 without `startsAt`. All events of an episode have it',
  ],
  ['partitionkey', 'MUST', 'the fingerprint, so that brokers with partitions keep the events of an alert in order'],
  ['hop', 'MUST', `how many functions the event has passed; at ${HOP_LIMIT} it is rejected, since it runs in a loop`],
  ['causationid', 'MAY', 'the `id` of the event that it answers; absent where a webhook is the cause'],
  [
    'traceparent',
    'MAY',
    'W3C trace context: of the step that made the event, or passed on from the event that it answers',
  ],
  ['tracestate', 'MAY', 'as traceparent'],
  [
    'signature',
    'MAY',
    `the HMAC by which its function signs it, where SIGNING_KEY_FILE is set: of ${SIGNED.map(shortName).join(', ')}; of ` +
      'alert.resolved only where a webhook has brought it',
  ],
];

/** What an unsigned event of a type that is signed comes to. */
const REJECTED = 'rejected by whoever reads it, and recorded as that';
const UNSIGNED: Readonly<Record<string, string>> = {
  [alertResolved.type]: 'it ends the episode, and is no proof that a remediation has worked',
  [remediationSelected.type]: 'it counts as sent by a person, and a mutating call needs an approval',
  [lambdaFinished.type]: 'it is taken: a Lambda of your own need not sign. It can only count against a remediation',
};

/** docs/events.md: the attributes, then one section for each event, then the shapes that they share. */
export function eventsPage(): string {
  return page(
    INTRO,
    '## Attributes of every event\n\nValues are ASCII; all else is percent-encoded in UTF-8.',
    table(
      ['attribute', '', 'meaning'],
      ATTRIBUTES.map(([name, must, meaning]) => [code(name), must, meaning]),
    ),
    ...EVENTS.flatMap(eventSection),
    ...shapeSections(),
  );
}

function eventSection(definition: Definition): string[] {
  const { type, summary } = definition;
  const title = shortName(type);
  const unsigned = UNSIGNED[type];
  return [
    `## ${title}`,
    `${code(type)}\n\n${summary}`,
    `- Sent by: ${definition.from.join(', ')}\n- Accepted by: ${receiversText(definition)}` +
      (SIGNED.includes(type) ? `\n- Without a signature, where SIGNING_KEY_FILE is set: ${unsigned ?? REJECTED}` : ''),
    table(['attribute or field', '', 'type', 'meaning'], rowsOf(definition)),
    'As `event.json`, and sent by hand:',
    block('json', JSON.stringify(exampleOf(definition), null, 2)),
    block('sh', `curl -i ${BROKER} -H 'content-type: application/cloudevents+json' -d @event.json`),
  ];
}

function rowsOf(definition: EventDefinition<unknown>): string[][] {
  const { subject, extensions = {}, schema } = definition;
  const attributes = Object.entries(extensions).map(([name, meaning]) => [code(name), 'MUST', 'text', meaning]);
  const subjectRow = subject === undefined ? [] : [[code('subject'), 'MUST', 'text', subject]];
  const described = asSchema(schema);
  if (SHAPES.has(described) && described !== asSchema(Selection)) {
    const shape = SHAPES.get(described) ?? '';
    return [...subjectRow, ...attributes, [code('data'), 'MUST', `[${shape}](#${shape})`, `the ${shape}`]];
  }
  return [...subjectRow, ...attributes, ...fieldsOf(described, SHAPES).map((field) => rowOf(field, 'data.'))];
}

function rowOf({ name, required, type, meaning }: Field, prefix: string): string[] {
  return [code(`${prefix}${name}`), required ? 'MUST' : 'MAY', type, meaning || (MEANINGS[name] ?? '')];
}

/** Descriptions of fields that mean the same in every event. */
const MEANINGS: Readonly<Record<string, string>> = {
  alert: 'the alert as it came in',
  attempt: 'which attempt of the episode it was',
  attempts: 'every vote, oldest first',
  changes: 'what was changed in it',
  code: 'a code of errors.md',
  comment: 'why, for the record',
  commonAnnotations: 'annotations that the whole group shares',
  commonLabels: 'labels that the whole group shares',
  event_id: 'id of the rejected event',
  event_type: 'type of the rejected event',
  generatorURL: 'the rule or graph behind the alert',
  lambda_function: 'the function of the catalogue to call',
  message: 'what is wrong with it; never its payload',
  method: 'the tier that chose; manual where a person sent the selection',
  object: 'what was looked at or changed',
  outcome: 'a call, a decision against any, or no decision',
  owner: 'the workload that the object belongs to',
  parameters: "the call's parameters, checked against the schema of the function",
  reason: 'why',
  reasoning: 'why, in words',
  receiver: 'receiver of the Alertmanager that sent it',
  selection: 'the selection that is not carried out',
  status: 'whether the alert fires',
  version: 'version of the webhook that it came by',
  confidence: 'how sure the tier is',
  iterations: 'steps that the model took',
  trace: 'the model step by step',
  duration_ms: 'time that the vote took, in milliseconds',
};

function shapeSections(): string[] {
  const reasons = Object.entries(REASONS).map(([reason, meaning]) => [code(reason), meaning]);
  return [
    '## Shapes',
    '### alert\n\nAn alert in the words of Prometheus. Of a sender only `labels.alertname` is required.',
    shapeTable(Alert),
    "### attempt\n\nA tier's vote. `selected` chose a call; `none` decided that nothing is done; `abstained` decided nothing.",
    shapeTable(Attempt),
    '### reason\n\nWhy a tier voted as it did.',
    table(['reason', 'meaning'], reasons),
    '### selection\n\nThe data of [remediation.selected](#remediationselected).',
    '### parameters\n\nAn object of text, numbers and booleans that satisfies the schema of the function in the catalogue.',
  ];
}

function shapeTable(schema: unknown): string {
  const rows = fieldsOf(asSchema(schema), SHAPES).map((field) => rowOf(field, ''));
  return table(['field', '', 'type', 'meaning'], rows);
}

/** The subscriber first, then the functions that take the event as a dead letter. */
function receiversText({ type, to: [first = '', ...others] }: Definition): string {
  const stages = STAGES.filter(({ name, accepts }) => name !== first && accepts.includes(type)).map(({ name }) => name);
  const people = others.filter((name) => !STAGES.some((stage) => stage.name === name));
  return [first, ...people, ...stages.map((name) => `${name} (dead letters)`)].join(', ');
}

function shortName(type: string): string {
  return type.split('.').slice(-2).join('.');
}

function exampleOf(definition: Definition): Record<string, unknown> {
  const { type, example } = definition;
  if (!type.startsWith('io.homelab.agent-sre.')) {
    return { specversion: '1.0', id: '3f2a-17', source: '/alertmanager', type, data: example };
  }
  const { attributes, data } = buildEvent(
    { definition, data: example, episode: episodeOf(exampleAlert), ...examplesOfAttributes(example) },
    { hop: 1 },
    STAGES.find(({ name }) => definition.from.includes(name))?.name ?? 'alert-router',
    EXAMPLE_TIME,
  );
  return { ...attributes, data };
}

function examplesOfAttributes(example: Definition['example']) {
  if ('event_id' in example) return { subject: example.event_id };
  if (!('triggered_by' in example)) return {};
  const { namespace, name } = example.parameters;
  return { subject: `${namespace}/${name}`, extensions: { lambdafunction: example.lambda_function } };
}
