import { peekToken, type Ticket } from '../functions/emit-trigger/approvals.ts';
import { toBinary } from '../shared/cloudevents/write.ts';
import { buildEvent } from '../shared/events/envelope.ts';
import { approvalDenied, approvalGranted, eventRejected } from '../shared/events/index.ts';
import { printable } from '../shared/text/printable.ts';
import { BROKER_OF_RUN } from './own-url.ts';
import { parseUrl, post, readAuthorization } from './post.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError, type Verb } from './verb.ts';

/** Lets the selection of a token happen. */
export const approve = answerVerb(
  'approve',
  'let a selection happen that waits for a person',
  'The function is called once, if the alert still fires.',
  approvalGranted,
);

/** Says no to the selection of a token. */
export const deny = answerVerb(
  'deny',
  'say no to a selection that waits for a person',
  'Nothing is called for this firing of the alert any more.',
  approvalDenied,
);

function answerVerb(
  name: 'approve' | 'deny',
  summary: string,
  effect: string,
  definition: typeof approvalGranted | typeof approvalDenied,
): Verb {
  return defineVerb({
    name,
    summary,
    help: `Usage: agent-sre ${name} <token> [options]

Posts ${definition.type} with the token of an
approval.requested, as npm start prints it and APPROVAL_WEBHOOK_URL gets it. ${effect}

  --as NAME           who says so, for the record (the name of the user, else it must be given)
  --comment TEXT      why, for the record
  --to URL            broker, or emit-trigger itself (${BROKER_OF_RUN}, which is npm start)
  --token-file FILE   bearer token that the receiver asks for (WEBHOOK_TOKEN_FILE)

Exit codes: 0 accepted, 1 not accepted or no answer, 2 the token or an option cannot be used.`,
    operands: { name: '<token>', most: 1 },
    options: {
      as: { type: 'string' },
      comment: { type: 'string' },
      to: { type: 'string', default: BROKER_OF_RUN },
      'token-file': { type: 'string' },
    },
    async run(values, [operand = ''], terminal) {
      const ticket = readTicket(operand, terminal.now());
      const data = {
        token: operand.trim(),
        approver: nameOf(values.as, terminal.env),
        ...(values.comment === undefined ? {} : { comment: values.comment }),
      };
      const url = parseUrl(values.to);
      const [fingerprint = ''] = ticket.correlationId.split('.');
      const episode = { fingerprint, correlationId: ticket.correlationId };
      const draft = { definition, data, episode, key: JSON.stringify(data) };
      const { headers, body } = toBinary(buildEvent(draft, { hop: -1 }, 'cli', terminal.now()));
      const authorization = await readAuthorization(values['token-file']);
      return tell(await post(url, { ...headers, ...authorization }, body), url, ticket, terminal);
    },
  });
}

// Only emit-trigger can tell whether a token counts; a slip of the one who pastes it is told at once.
function readTicket(token: string, now: Date): Ticket {
  const ticket = peekToken(token);
  if (ticket === undefined) {
    throw new UserError(
      'this is not the token of an approval',
      'copy all of it: v1 and three parts, with dots between',
    );
  }
  if (ticket.expiresMs > now.getTime()) return ticket;
  const expired = new Date(ticket.expiresMs).toISOString();
  throw new UserError(
    `the token expired at ${expired}`,
    'while the alert fires, there will be another approval.requested',
  );
}

function nameOf(given: string | undefined, { USER, LOGNAME }: Terminal['env']): string {
  const name = (given ?? USER ?? LOGNAME ?? '').trim();
  if (name === '') throw new UserError('it is not known who says so', 'give your name by --as NAME');
  return name;
}

function tell(
  { accepted, statusCode, replyType, message }: Awaited<ReturnType<typeof post>>,
  url: URL,
  { correlationId }: Ticket,
  { out, err }: Terminal,
): number {
  const answer = `${url} answers ${statusCode}${replyType === undefined ? '' : ` with ${replyType}`}`;
  if (accepted && replyType !== eventRejected.type) {
    out(`${answer}; what comes of it: agent-sre explain ${printable(correlationId)}`);
    return EXIT_OK;
  }
  err(`agent-sre: ${answer}: ${message || 'not accepted'}`);
  return EXIT_FAILED;
}
