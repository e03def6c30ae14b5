import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRACE_SETTINGS } from '../shared/traces/settings.ts';
import { block, code, page, table } from './markdown.ts';

const INTRO = `# Traces

Where a collector of OpenTelemetry is named, each alert becomes one trace: through the Broker, the functions and the Lambda
function that carried the call out. Where none is named nothing of it is loaded, and nothing of it costs anything.

\`\`\`
$ docker run --rm -p 16686:16686 -p 4318:4318 jaegertracing/jaeger
$ OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 npm start
\`\`\`

Then look for the service \`alert-router\` at \`http://127.0.0.1:16686\`. For Grafana Tempo name its receiver instead:
\`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://tempo:4318/v1/traces\`.`;

const TREE = `## What a trace looks like

An alert that no model was sure of, from the webhook to the Pod that was evicted. The name of a function or \`broker\` is
\`service.name\`. test/integration/traces.test.ts has made this drawing.`;

const RULES = `- The step that made an event is the parent of each delivery of it and of the step that handles it. The event names it in its
  attribute \`traceparent\`. Retries are more deliveries, and more steps that handle it.
- The headers of a request name the delivery. A subscriber with traces of its own is part of the trace by them. Functions go by
  the attribute: a Broker of Knative puts spans into the headers that it may export nowhere.
- A notification with one alert is the beginning of its trace. Of several alerts each begins a trace of its own, which links to that of the
  notification.
- What comes later has a trace of its own: a resolution, a repetition of the alert, a person's answer. It links to the step that
  triggered or asked, which the ledger remembers.
- A delivery appears only with \`npm start\`. The Broker of a cluster exports its own, by the settings of Knative.`;

const EXPORTED = `## What is exported

Those who read traces may not be those who may read alerts. Spans hold what the log holds at level info: ids, types, reasons and
figures. The fingerprint of an alert is part of its episode. No value of a label, no annotation, no parameter of a call, no name of an
object in the cluster and no answer of a model is exported. Values are cut after 256 characters.`;

/** Every attribute of a span or an event, besides those of the resource. */
export const ATTRIBUTES: Readonly<Record<string, string>> = {
  'cloudevents.event_id': 'The id of the event that is made, delivered or handled.',
  'cloudevents.event_type': 'Its type. In the name of a span stand types of agent-sre only, and `other`.',
  'cloudevents.event_source': 'Its source.',
  'cloudevents.event_spec_version': '1.0',
  'agent_sre.correlation_id': 'The episode: the fingerprint and the start of the alert.',
  'agent_sre.hop': 'How many functions the event has passed.',
  'agent_sre.outcome': 'What became of the event: `reply`, `done`, `reject` or `retry`.',
  'agent_sre.reason': 'Why: a reason as the log and the events have it.',
  'agent_sre.sent_as': 'How the answer left: as a `reply`, or as a `publication` to K_SINK.',
  'agent_sre.tier': 'Who voted: static, trm, gemma or rules.',
  'agent_sre.decision': 'The vote: `selected`, `none` or `abstained`.',
  'agent_sre.lambda_function': 'The function of the catalogue that was chosen or carried out.',
  'agent_sre.confidence': 'How sure the tier was.',
  'agent_sre.iterations': 'How many iterations TRM took.',
  'agent_sre.iteration': 'Of an event `iteration`: which one ended.',
  'agent_sre.halt_probability': 'Of the same: how sure the model then was that all of its answer is right.',
  'agent_sre.code': 'What became of a call, as a code of the Lambda functions.',
  'agent_sre.alerts': 'How many alerts the notification had.',
  'agent_sre.delivery.stage': 'Of a delivery: to the `subscriber`, or to the `deadletter` sink.',
  'agent_sre.delivery.try': 'Of a delivery: which try it is.',
  'agent_sre.delivery.result':
    'Of a delivery: `delivered`, `reply`, `retry`, `dead-letter`, `undelivered` or `stopped`.',
  'messaging.system': '`agent-sre`, the embedded Broker.',
  'messaging.operation.name': '`publish` or `deliver`.',
  'messaging.operation.type': '`create` or `send`.',
  'messaging.destination.name': 'The Broker or the Trigger.',
  'http.request.method': 'Of a webhook.',
  'http.response.status_code': 'Of a webhook, and of the API server.',
  'url.path': 'Of a webhook.',
  'server.address': 'Of the API server.',
  'server.port': 'Of the API server.',
  'error.type': 'What failed: a code, a status or a kind of end. Never a message.',
};

const SETTINGS_INTRO = `## Settings

The standard variables of OpenTelemetry, the same for \`npm start\`, the functions and the Lambda functions. What they cannot use they
say in one line of the log, and take the default. Its SDK reads more of them than stand here.`;

const COST = `## What it costs

- Off: no file is read and no memory taken. The CPU of a start and of an event is that of a function without traces.
- On: \`traces.js\`, 0.1 MB beside the bundle, is read at the start. \`npm run bench\` shows the CPU per event with and without.
- Spans leave in batches every five seconds, and when the function ends: an end waits for them for three seconds at most. No answer waits.
- A collector that is down, slow or full loses spans and nothing else. Up to 2,048 of them wait; the next ones are dropped. The log
  says so once a minute (\`traces may be lost\`).`;

const CLUSTER = `## On a cluster

The component \`deploy/components/traces\` sets the variables of all functions from the ConfigMap \`agent-sre-traces\`, and from the Secret of
the same name where there is one. Put it into your overlay, and your collector's address and namespace into the component:

\`\`\`yaml
components:
  - ../../components/traces
\`\`\`

A collector that asks for a credential:

\`\`\`
$ kubectl -n agent-sre create secret generic agent-sre-traces --from-literal=OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer%20…'
\`\`\`

The base lets nothing out but to the Broker, DNS, the ledger and the API server. The component's NetworkPolicy \`to-collector\` adds the
egress to port 4318 of the namespace \`monitoring\`.`;

/** docs/traces.md */
export function tracesPage(): string {
  const drawing = readFileSync(join(import.meta.dirname, '../test/fixtures/traces/one-alert.txt'), 'utf8').trimEnd();
  const settings = Object.entries(TRACE_SETTINGS).map(([name, { fallback, meaning }]) => [
    code(name),
    fallback,
    meaning,
  ]);
  const attributes = Object.entries(ATTRIBUTES).map(([name, meaning]) => [code(name), meaning]);
  return page(
    ...[INTRO, TREE, block('', drawing), RULES],
    ...[EXPORTED, table(['attribute', 'meaning'], attributes)],
    ...[SETTINGS_INTRO, table(['variable', 'default', 'meaning'], settings), COST, CLUSTER],
  );
}
