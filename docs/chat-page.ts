/** docs/chat.md, made from the placeholders and the templates that are shipped. */
import { stringify } from 'yaml';
import { NEWS_KINDS, PLACEHOLDERS } from '../functions/alert-router/chat/news.ts';
import { SHIPPED } from '../functions/alert-router/chat/shipped.ts';
import { BODY_PLACEHOLDERS, COUNT_PLACEHOLDERS } from '../functions/alert-router/chat/template.ts';
import { RECEIVERS } from '../shared/settings/people.ts';
import { block, code, page, table } from './markdown.ts';

const INTRO = `# Telling people

Set \`APPROVAL_WEBHOOK_URL\` of alert-router to an incoming webhook, and people are told

- which selections wait for a person, and how to answer (\`asked\`),
- which remediations worked (\`verified\`), and which did not (\`ineffective\`).

\`APPROVAL_WEBHOOK_RECEIVER\` says whose webhook it is: \`slack\` (the default), \`mattermost\`, \`discord\`, or \`any\` (JSON with a field for
each value, for a program of yours). \`APPROVAL_WEBHOOK_TEMPLATE_FILE\` names a file of your own. The address is a secret: no log and no event
holds it. Whoever reads there can approve. On a cluster \`deploy/components/chat\` sets all of this up
([deploy](deploy.md)).`;

const GROUPING = `## One message for an incident

The news of one namespace (of one cluster) are one incident; of an alert whose target has no namespace, those of the same alert
name. The first of an incident is told at once. What follows within ten seconds waits, and is told by one message.

Nothing waits in the function, which may be scaled to zero meanwhile: an event that is not told yet is answered with 503, and the
Broker delivers it again (\`ASRE_NOTIFICATION_WAITS\`). Its next delivery tells all that waits. The retries of
\`triggers/700-notify.yaml\` last two minutes. So single alerts never wait, and 30 pods of one incident make two messages.

A webhook of Discord that belongs to a forum can have a thread for each incident: set \`threads: true\` in a template of your own. Incoming
webhooks of Slack and Mattermost neither say which message they made nor change one: they have no threads.

## No more than so many a minute

\`APPROVAL_WEBHOOK_PER_MINUTE\` is for all replicas together. Beyond it outcomes are left out, and the next message says how many of which
kind; questions wait for room as above. A receiver that answers 429 or 503 with \`Retry-After\` gets nothing until then, from any replica.

This is counted in the ledger: set \`LEDGER_URL\` of alert-router to the Redis or Valkey of emit-trigger. Without it each replica counts
for itself, and forgets when it ends. What waits lies there encrypted by a key that is made from the webhook's address, since the token of a
question is in it. A function that is killed between the request and its answer tells the same news again.`;

const FILES = `## A file of your own

Copy one of the templates below. \`agent-sre check\` names each mistake in it with its line; alert-router does not start with one.

- \`for\`: the receiver. It decides how values are written, and how long a message may be. Values are cut, and news wait for the next message,
  so that it fits.
- \`asked\`, \`verified\`, \`ineffective\`: what is said of a piece of news. A line that uses a value which is missing is left out.
- \`left_out\`: what is said of those that were left out.
- \`threads\`: see above.
- \`body\`: the JSON that is sent. \`{each: …}\` stands for a list with one value for each piece of news; what lacks a value is left out.

Your own words are sent as they are. Each value is written so that it stays text: it can neither mention anybody, nor make a link, nor end a
span of code or a line. A span of code (\`\` \` \`\`) must end on its line.`;

export function chatPage(): string {
  const placeholders = Object.entries(PLACEHOLDERS).map(([name, declared]) => [
    code(name),
    'only' in declared ? declared.only.map(code).join(', ') : NEWS_KINDS.map(code).join(', '),
    declared.meaning,
  ]);
  const rest = (within: string, names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([name, meaning]) => [code(name), within, meaning]);
  const all = [
    ...placeholders,
    ...rest('`left_out`', COUNT_PLACEHOLDERS),
    ...rest('`body`', BODY_PLACEHOLDERS),
    [code('item'), '`each` in `body`', 'what the template says of a piece of news, and its values'],
  ];
  const files = RECEIVERS.map(
    (receiver) => `### ${receiver}\n\n${block('yaml', stringify(SHIPPED[receiver], { lineWidth: 0 }).trimEnd())}`,
  );
  return page(INTRO, GROUPING, FILES, table(['placeholder', 'in', 'value'], all), '## The templates', ...files);
}
