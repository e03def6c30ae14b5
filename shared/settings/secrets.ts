import { path, type Setting } from '../setting.ts';

/** Files of credentials and keys that others are asked for or known by. */
export const SECRET_SETTINGS = {
  WEBHOOK_TOKEN_FILE: path(
    'a file',
    '',
    'File with the bearer token that Alertmanager must send. Unset, none is asked for. A function takes events without it, because brokers cannot send one: keep the Service cluster-local. agent-sre run asks for it at its port, for events too, unless it has --open-broker.',
  ),
  WEBHOOK_BASIC_FILE: path(
    'a file',
    '',
    'File with user:password that Alertmanager must send. Unset, none is asked for.',
  ),
  SIGNING_KEY_FILE: path(
    'a file',
    '',
    'File with one or two keys, one a line, by which the functions sign what they decide and what came of it: the first signs, both verify. Read again when it changes. Set, emit-trigger takes a selection without a signature as one that a person sent, and what changes something then needs an approval; a Lambda function carries out no lambda trigger without one; nobody is told, and nothing is recorded, of an event of emit-trigger without one, but that it was rejected. agent-sre run and the console need it too. Unset, nothing is signed, and the record is as good as those who can post to the Broker.',
  ),
  APPROVAL_KEY_FILE: path(
    'a file',
    '',
    'File with one or two keys, one a line, by which emit-trigger signs the tokens of approvals: the first signs, both verify. Read again when it changes. Unset, agent-sre run makes one in its data folder; a function by itself makes one that ends with it.',
  ),
} as const satisfies Record<string, Setting<unknown>>;
