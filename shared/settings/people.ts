import { httpUrl, integer, oneOf, path, type Setting } from '../setting.ts';

/** Whose webhooks people are told by; docs/chat.md shows what each is sent. */
export const RECEIVERS = ['slack', 'mattermost', 'discord', 'any'] as const;

/** How people are told, and where they look. */
export const PEOPLE_SETTINGS = {
  APPROVAL_WEBHOOK_URL: httpUrl(
    'Incoming webhook that is told which selections wait for a person, and what came of remediations (docs/chat.md). Whoever reads there can approve. Unset, nobody is told.',
  ),
  APPROVAL_WEBHOOK_RECEIVER: oneOf(
    'slack',
    RECEIVERS,
    'What APPROVAL_WEBHOOK_URL belongs to: it decides what is sent. any: a program that reads JSON (docs/chat.md).',
  ),
  APPROVAL_WEBHOOK_TEMPLATE_FILE: path(
    'a file',
    '',
    'File of your own that says what APPROVAL_WEBHOOK_URL is sent, whatever APPROVAL_WEBHOOK_RECEIVER is (docs/chat.md).',
  ),
  APPROVAL_LINK: httpUrl(
    'Page that takes approvals. A message links to it with the token behind its #, which no server sees.',
  ),
  APPROVAL_WEBHOOK_PER_MINUTE: integer(
    20,
    1,
    600,
    'Most messages to APPROVAL_WEBHOOK_URL in a minute, from all replicas on one ledger. The next one sums up what was left out.',
  ),
  CONSOLE_TOKEN_FILE: path(
    'a file',
    '',
    'File with the token that the console (/console/ of agent-sre run) asks for. Unset, it asks for none where agent-sre run listens on this machine alone, and is closed elsewhere.',
  ),
  CONSOLE_DATA_DIR: path(
    'a folder',
    '/tmp/agent-sre-console',
    'Folder in which the console of a cluster (deploy/components/console) keeps its record, at most 32 MiB.',
  ),
} as const satisfies Record<string, Setting<unknown>>;
