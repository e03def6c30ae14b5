import { isObject } from '../shared/json.ts';
import { inputName, parseEvent, parseJson, readLines } from './input.ts';
import { BROKER_OF_RUN } from './own-url.ts';
import { NoResponse, parseUrl, post, readAuthorization } from './post.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, UserError } from './verb.ts';

/** Sends recorded events again, in their order and with their ids. */
export const replay = defineVerb({
  name: 'replay',
  summary: 'send recorded events to a broker again, in their order',
  help: `Usage: agent-sre replay <events.jsonl | -> [options]

Sends structured CloudEvents, one JSON object a line, in their order. Ids stay the same, so that a receiver can tell
what it has seen. Names each line that is not an event or is not accepted, and goes on. Stops if nobody answers.
- is standard input.

  --to URL            broker (${BROKER_OF_RUN}, which is npm start)
  --only TYPE         only events of this type, or whose type ends in .TYPE (alert.fired); may be repeated
  --strict            stop at the first line that cannot be sent
  --token-file FILE   bearer token for the receiver

Exit codes: 0 every event accepted, 1 one or more were not, 2 the file or an option cannot be used.`,
  operands: { name: '<events.jsonl | ->', most: 1 },
  options: {
    to: { type: 'string', default: BROKER_OF_RUN },
    only: { type: 'string', multiple: true, default: [] },
    strict: { type: 'boolean', default: false },
    'token-file': { type: 'string' },
  },
  async run({ to, only, strict, 'token-file': tokenFile }, [operand = ''], terminal) {
    const url = parseUrl(to);
    const authorization = await readAuthorization(tokenFile);
    const counts = { accepted: 0, failed: 0, passedOver: 0 };
    let number = 0;
    for await (const line of readLines(operand, terminal)) {
      number++;
      if (line.trim() === '') continue;
      try {
        counts[await sendLine(line, `${inputName(operand)}:${number}`, only, url, authorization)]++;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        terminal.err(`agent-sre: ${error.message}`);
        counts.failed++;
        if (strict || error instanceof NoResponse) break;
      }
    }
    const passedOver = counts.passedOver === 0 ? '' : `, ${counts.passedOver} of another type`;
    terminal.out(`${counts.accepted} accepted, ${counts.failed} failed${passedOver}`);
    return counts.failed === 0 ? EXIT_OK : EXIT_FAILED;
  },
});

async function sendLine(
  line: string,
  where: string,
  only: readonly string[],
  url: URL,
  authorization: Record<string, string>,
): Promise<'accepted' | 'passedOver'> {
  const event = parseJson(line, where);
  if (!isObject(event)) throw new UserError(`${where} is not an event`, 'one structured CloudEvent a line');
  const { type } = parseEvent(event, where).attributes;
  if (!isWanted(type ?? '', only)) return 'passedOver';
  const headers = { 'content-type': 'application/cloudevents+json', ...authorization };
  const { accepted, statusCode, message } = await post(url, headers, JSON.stringify(withoutDelivery(event)));
  if (!accepted) throw new UserError(`${where}: ${url} answers ${statusCode}`, message || 'not accepted');
  return 'accepted';
}

function isWanted(type: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((wanted) => type === wanted || type.endsWith(`.${wanted}`));
}

// knativebrokerttl, knativeerrorcode, ... describe the recorded delivery, not this one.
function withoutDelivery(event: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !name.startsWith('knative')));
}
