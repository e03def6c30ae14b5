import { LEDGER_KINDS, parseLedgerUrl } from '../ledger/url.ts';
import { integer, oneOf, path, readable, type Setting } from '../setting.ts';

/** What emit-trigger remembers and lets happen, and how a Lambda function acts. */
export const REMEDIATION_SETTINGS = {
  APPROVAL_TIMEOUT_MS: integer(
    900_000,
    10_000,
    604_800_000,
    'How long a person can approve a selection, in milliseconds.',
  ),
  LEDGER_URL: readable(
    LEDGER_KINDS,
    parseLedgerUrl,
    '',
    'Where emit-trigger remembers what it did, and alert-router what people were told: redis://HOST:6379 or rediss://HOST:6379 (Redis or Valkey, for any number of replicas), file:///FOLDER (for one process), memory: (forgets when it ends, and may act again then) or none: (judges each event by itself, for tests). emit-trigger does not start without one; alert-router then takes memory:, and shares nothing with its replicas. agent-sre run takes folders of its data.',
  ),
  LEDGER_PASSWORD_FILE: path(
    'a file',
    '',
    'File with the password of the Redis of LEDGER_URL; the user stands in the URL.',
  ),
  LEDGER_TIMEOUT_MS: integer(2_000, 50, 60_000, 'Time for one answer of the ledger, in milliseconds.'),
  AGENT_SRE_MODE: oneOf(
    'auto',
    ['auto', 'shadow', 'off'],
    'Beats every mode of the policy: shadow only records what would be done, off does nothing. auto leaves it to the policy.',
  ),
  KUBECONFIG: path(
    'a file',
    '',
    "File that tells a Lambda function which cluster it acts on, and as whom. Unset, it is the cluster that it runs in, as its pod's ServiceAccount.",
  ),
  LAMBDA_DRY_RUN: oneOf(
    'off',
    ['off', 'server', 'client'],
    'Whether a Lambda function only says what it would do: with server the API server checks the change and does not make it, with client nothing is sent.',
  ),
  LAMBDA_TIMEOUT_MS: integer(
    20_000,
    1_000,
    600_000,
    "Deadline of a Lambda function for one call, in milliseconds. Keep it below its Trigger's timeout.",
  ),
  LAMBDA_MAX_REPLICAS: integer(10, 1, 10_000, 'Most replicas that scale-deployment may set.'),
  LAMBDA_MIN_NODES: integer(
    1,
    1,
    10_000,
    'How many other nodes must be ready and schedulable before node-cordon cordons one.',
  ),
} as const satisfies Record<string, Setting<unknown>>;
