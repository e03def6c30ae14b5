import { parseWebhook } from '../shared/alert/alertmanager.ts';
import { asciiAttribute, type CloudEvent } from '../shared/cloudevents/attributes.ts';
import { toBinary } from '../shared/cloudevents/write.ts';
import { AsreError } from '../shared/errors.ts';
import { EVENTS, eventRejected } from '../shared/events/index.ts';
import { type Input, notificationOf, readInputs } from './alert-input.ts';
import { inputName } from './input.ts';
import { URL_OF_RUN } from './own-url.ts';
import { parseUrl, post, readAuthorization } from './post.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError } from './verb.ts';

/** Sends one alert, notification or event to a running agent-sre. */
export const send = defineVerb({
  name: 'send',
  summary: 'send an alert, a notification or an event to a running agent-sre',
  help: `Usage: agent-sre send <alert.json | -> [options]

Takes one file (- is standard input) and posts it:

  a webhook notification of Alertmanager, as it is
  one alert, as Alertmanager would send it: it fires and started now, unless it says otherwise
  a CloudEvent, in binary mode

  --to URL            alert-router or a broker (${URL_OF_RUN}, which is npm start)
  --token-file FILE   bearer token that the receiver asks for (WEBHOOK_TOKEN_FILE)

Exit codes: 0 accepted, 1 not accepted or no answer, 2 the input or an option cannot be used.`,
  operands: { name: '<alert.json | ->', most: 1 },
  options: {
    to: { type: 'string', default: URL_OF_RUN },
    'token-file': { type: 'string' },
  },
  async run(values, [operand = ''], terminal) {
    const url = parseUrl(values.to);
    const authorization = await readAuthorization(values['token-file']);
    const { headers, body } = requestOf(await readInput(operand, terminal), terminal.now());
    const { accepted, statusCode, replyType, message } = await post(url, { ...headers, ...authorization }, body);
    if (accepted && replyType !== eventRejected.type) {
      terminal.out(`${url} answers ${statusCode}, ${replyType === undefined ? 'accepted' : `with ${replyType}`}`);
      return EXIT_OK;
    }
    const what = replyType === undefined ? '' : ` with ${replyType}`;
    terminal.err(`agent-sre: ${url} answers ${statusCode}${what}: ${message || 'not accepted'}`);
    return EXIT_FAILED;
  },
});

/** @throws {UserError} where it is more than one thing, or what no receiver takes: a broker would accept it all the same */
async function readInput(path: string, terminal: Terminal): Promise<Input> {
  const [input, ...more] = await readInputs(path, terminal);
  if (input === undefined || more.length > 0)
    throw notSent(`${inputName(path)} holds ${more.length + 1} alerts or events`);
  if (input.kind === 'alert' && input.fromApi) throw notSent(`${inputName(path)} holds an alert as an API shows it`);
  try {
    check(input);
  } catch (error) {
    throw error instanceof AsreError ? new UserError(`${inputName(path)}: ${error.message}`, error.entry.fix) : error;
  }
  return input;
}

function notSent(what: string): UserError {
  return new UserError(what, 'send one notification, one alert {"labels": ..., "annotations": ...} or one CloudEvent');
}

function check(input: Input): void {
  if (input.kind === 'event') {
    const { attributes, data } = input.event;
    EVENTS.find(({ type }) => type === attributes.type)?.parse(data, attributes.time);
    return;
  }
  const { alerts, invalid } = parseWebhook(
    input.kind === 'notification' ? input.notification : notificationOf(input.alert),
  );
  const [first] = invalid;
  if (first !== undefined) throw first.error;
  if (alerts.length === 0) throw new UserError('there is no alert in the notification', 'its "alerts" are empty');
}

function requestOf(input: Input, now: Date): { headers: Record<string, string>; body: string } {
  switch (input.kind) {
    case 'notification':
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input.notification) };
    case 'alert': {
      const notification = notificationOf({ startsAt: now.toISOString(), ...input.alert });
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(notification) };
    }
    case 'event':
      return toBinary(withAsciiAttributes(input.event));
    default:
      return input satisfies never;
  }
}

function withAsciiAttributes({ attributes, data }: CloudEvent): CloudEvent {
  const ascii = Object.entries(attributes).map(([name, value]) => [name, asciiAttribute(value)]);
  return { attributes: Object.fromEntries(ascii), data };
}
