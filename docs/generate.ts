/** `npm run docs`: writes the pages that are made from the code. test/contract/docs.test.ts fails where they are stale. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Disposition, ERRORS, type ErrorCode } from '../shared/error-codes.ts';
import { SETTINGS } from '../shared/settings.ts';
import { chatPage } from './chat-page.ts';
import { eventsPage } from './events-page.ts';
import { lambdasPage } from './lambdas-page.ts';
import { code, page, table } from './markdown.ts';
import { metricsPage } from './metrics-page.ts';
import { RUNNER_ANSWERS } from './runner-answers.ts';
import { tracesPage } from './traces-page.ts';

/** The pages by the name of their file. */
export function generatePages(): Readonly<Record<string, string>> {
  return {
    'chat.md': chatPage(),
    'events.md': eventsPage(),
    'errors.md': errorsPage(),
    'configuration.md': configurationPage(),
    'metrics.md': metricsPage(),
    'lambda-reference.md': lambdasPage(),
    'traces.md': tracesPage(),
  };
}

const DISPOSITIONS: Readonly<Record<Disposition, string>> = {
  refuse:
    'The request gets the status and one line: the code, what is wrong, and what to do. An event with an id, a source and a ' +
    'type that a Broker brings gets an `event.rejected` with the code instead: nobody would read the line.',
  reject: 'The event will never work. The answer is an `event.rejected` with the code. Brokers do not send it again.',
  retry: 'It may work later. The answer is 503 without a body, and the sender tries again.',
  exit: 'The function does not start. It logs the code and what to set, and exits with 78. A verb of agent-sre says it in one line, and exits with 2.',
};

const ERRORS_INTRO = `# Errors

Every error of a function has one of the codes below. It stands in the log, in \`event.rejected\` and in the answer to the request.
A code that is given up is never used again. Messages never hold a payload, a credential or the value of a label.

The port of \`npm start\` gives the codes of *refuse* as the functions do, and some answers of its own, at the end of this page.`;

const SUCCESS = `## No error

| status of a function | meaning                                                                                              |
| -------------------- | ---------------------------------------------------------------------------------------------------- |
| 200                  | The next event is the body: the sender asked for a reply, or there is no K_SINK.                     |
| 200, to a webhook    | Its events are the body, as a batch: its sender asked for a reply, as \`npm start\` does.              |
| 202                  | The next event, or each alert of a webhook, was published.                                           |
| 204                  | There is nothing to do.                                                                              |`;

const RUNNER = `## The port of npm start

\`POST /\` gets the answer of alert-router, as above, and 202 where that is a batch: its events are on disk then. A Broker path (\`POST /default/default\`) answers as the Broker of Knative does.
These lines come from the port itself:`;

function errorsPage(): string {
  const sections = Object.entries(DISPOSITIONS).flatMap(([disposition, meaning]) => {
    const codes = (Object.keys(ERRORS) as ErrorCode[]).filter((each) => ERRORS[each].disposition === disposition);
    return [`## ${disposition}\n\n${meaning}`, table(['code', 'status', 'meaning', 'what to do'], codes.map(errorRow))];
  });
  const answers = RUNNER_ANSWERS.map(({ request, status, body, meaning, fix }) => [
    request.startsWith('POST') ? code(request) : request,
    String(status),
    body === '' ? '(empty)' : code(body),
    meaning,
    fix === '' ? 'Nothing.' : fix,
  ]);
  const runner = table(['request', 'status', 'body', 'meaning', 'what to do'], answers);
  return page(ERRORS_INTRO, SUCCESS, ...sections, RUNNER, runner);
}

function errorRow(errorCode: ErrorCode): string[] {
  const entry = ERRORS[errorCode];
  const status = 'statusCode' in entry ? String(entry.statusCode) : '';
  return [code(errorCode), status, entry.meaning, entry.fix];
}

const CONFIGURATION_INTRO = `# Configuration

Every function reads these environment variables once, when it starts. A value that cannot be used stops it with
\`ASRE_CONFIG_INVALID\` and exit code 78. The message names each such variable and what it takes. An empty variable counts as unset.
\`npm start\` reads them all before it starts a function, with the files and folders that they name, and \`npx agent-sre check\` names what it would refuse.

On a cluster they stand under \`run.envs\` of \`func.yaml\`. \`npm start\` and the other commands take them from the shell:
\`TRM_ENABLED=false npm start\`. The variables of OpenTelemetry stand in [traces](traces.md).`;

function configurationPage(): string {
  const rows = Object.entries(SETTINGS).map(([name, setting]) => [
    code(name),
    defaultText(setting.fallback),
    takesText(setting),
    setting.meaning,
  ]);
  return page(CONFIGURATION_INTRO, table(['variable', 'default', 'takes', 'meaning'], rows));
}

function defaultText(fallback: unknown): string {
  const text = Array.isArray(fallback) ? fallback.join(',') : String(fallback ?? '');
  return text === '' ? '' : code(text);
}

// What a setting takes is told by its own refusal of what nothing takes.
function takesText({ fallback, parse }: { fallback: unknown; parse: (text: string) => unknown }): string {
  try {
    parse('\0');
    return Array.isArray(fallback) ? 'a list' : 'text';
  } catch (error) {
    return error instanceof Error ? error.message : 'text';
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [name, text] of Object.entries(generatePages())) writeFileSync(join(import.meta.dirname, name), text);
}
