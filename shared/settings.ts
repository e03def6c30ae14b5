import { extensionsOf } from './cloudevents/overrides.ts';
import { LEDGER_KINDS, parseLedgerUrl } from './ledger/url.ts';
import { namespaceComplaint } from './runbook/namespaces.ts';
import {
  certificates,
  flag,
  httpUrl,
  integer,
  labelComplaint,
  list,
  oneOf,
  optionalShare,
  originComplaint,
  path,
  readable,
  type Setting,
  share,
  text,
} from './setting.ts';

/** Whose webhooks people are told by; docs/chat.md shows what each is sent. */
export const RECEIVERS = ['slack', 'mattermost', 'discord', 'any'] as const;

/** Every environment variable that agent-sre reads; `docs/configuration.md` is generated from this table. */
export const SETTINGS = {
  PORT: integer(8080, 0, 65_535, 'Port to listen on.'),
  LOG_LEVEL: oneOf(
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'Least level that is logged.',
  ),
  BODY_LIMIT_BYTES: integer(4_194_304, 1_024, 268_435_456, 'Largest request body, in bytes.'),
  ALLOWED_ORIGINS: list(
    'Origins of web pages that may send requests, separated by commas. A request with another Origin header gets 403.',
    [],
    originComplaint,
  ),
  K_SINK: httpUrl('URL of the broker, for events that are published and not replied. SinkBinding sets it.'),
  K_CE_OVERRIDES: readable(
    'JSON {"extensions": {...}}',
    extensionsOf,
    '',
    'JSON {"extensions": {...}} put on every published event. SinkBinding sets it.',
  ),
  K_CA_CERTS: certificates('PEM certificates to trust for K_SINK. SinkBinding sets it.'),
  OIDC_TOKEN_FILE: path(
    'a file',
    '/oidc/token',
    'File with the bearer token for K_SINK. If it is there, it is read again for every event.',
  ),
  PUBLISH_TIMEOUT_MS: integer(
    60_000,
    100,
    600_000,
    'Time for one publication, in milliseconds. Some brokers answer only after delivery.',
  ),
  PUBLISH_RETRIES: integer(3, 0, 20, 'How often a failed publication is tried again before the caller gets 503.'),
  DRAIN_TIMEOUT_MS: integer(
    25_000,
    0,
    600_000,
    'How long a function waits for running requests when it is told to stop, in milliseconds.',
  ),
  RUNBOOK_DIR: path(
    'folders',
    'runbook',
    'Folder of catalogue.yaml, policy.yaml, situations.yaml and alerts/; or several with : between them, the shipped one first, then your own, which wins by name.',
  ),
  MODELS_DIR: path('a folder', 'models', 'Folder of trm.json, trm.onnx and tokenizer.json.'),
  PROTECTED_NAMESPACES: list(
    'More protected namespaces, beside those of policy.yaml, separated by commas. * stands for any characters, as in pay-*.',
    [],
    namespaceComplaint,
  ),
  EPISODE_IGNORED_LABELS: list(
    'Labels that only say which replica reports an alert, such as each Prometheus of a pair. Alerts that differ in nothing else are one episode.',
    ['prometheus_replica', 'replica', '__replica__', 'receive_replica', 'rule_replica', 'thanos_ruler_replica'],
    labelComplaint,
  ),
  EPISODE_WINDOW_MS: integer(
    30_000,
    0,
    3_600_000,
    'Starts of an alert are rounded down to a multiple of this, in milliseconds. So two reports of one start are one episode, unless a multiple lies between them. 0 does not round.',
  ),
  NONE_IS_FINAL: flag(
    true,
    'Whether "no action" ends the chain if the tier is sure of it. With false the next tier is asked.',
  ),
  TRM_ENABLED: flag(true, 'Whether trm-reason is asked. With false the tier before it asks the next one.'),
  GEMMA_ENABLED: flag(true, 'Whether gemma-fallback is asked. With false the tier before it asks the next one.'),
  RULES_ENABLED: flag(true, 'Whether rule-fallback is asked. With false the tier before it ends the chain.'),
  TRM_MAX_ITERATIONS: integer(4, 1, 32, 'Most iterations of trm-reason for one alert.'),
  TRM_MIN_CONFIDENCE: optionalShare(
    'Least confidence that trm-reason needs for no action and for functions that only observe. Unset, the model card says it.',
  ),
  TRM_MIN_CONFIDENCE_MUTATING: optionalShare(
    'Least confidence that trm-reason needs for mutating functions. Unset, the model card says it.',
  ),
  TRM_TIMEOUT_MS: integer(
    10_000,
    10,
    600_000,
    'Deadline of trm-reason for one alert, in milliseconds. The wait for other alerts counts, and so does the second reading of a mutating call.',
  ),
  TRM_THREADS: integer(0, 0, 64, 'Threads of one inference. 0 takes the CPU limit of the container, at least one.'),
  GEMMA_MODEL_DIR: path(
    'a folder',
    '',
    'Folder of FunctionGemma in ONNX, which the user mounts (docs/gemma.md). Without it, and without GEMMA_BASE_URL, gemma-fallback abstains.',
  ),
  GEMMA_MIN_CONFIDENCE: share(
    0.8,
    'Least confidence that gemma-fallback needs for no action and for functions that only observe.',
  ),
  GEMMA_MIN_CONFIDENCE_MUTATING: share(0.95, 'Least confidence that gemma-fallback needs for mutating functions.'),
  GEMMA_MIN_CALL_PROBABILITY: share(
    0.5,
    'Least probability of any call at all, as the model in GEMMA_MODEL_DIR has it before it must call something.',
  ),
  GEMMA_TIMEOUT_MS: integer(
    20_000,
    10,
    600_000,
    'Deadline of gemma-fallback for one alert, in milliseconds. The wait for other alerts counts, and so do retries and the second reading.',
  ),
  GEMMA_THREADS: integer(0, 0, 64, 'Threads of one run. 0 takes the CPU limit of the container, at least one.'),
  GEMMA_CACHE_MIB: integer(
    256,
    1,
    65_536,
    'Limit of the prompts that were read already, in memory and in GEMMA_CACHE_DIR, in MiB. One of 800 tokens takes 28.',
  ),
  GEMMA_CACHE_DIR: path(
    'a folder',
    '',
    'Folder where these prompts and the compiled tokenizer outlive the process. Unset, a start reads both again.',
  ),
  GEMMA_BASE_URL: httpUrl(
    'URL of a server with the API of OpenAI, such as http://ollama:11434/v1. Asked if GEMMA_MODEL_DIR is not set.',
  ),
  GEMMA_MODEL: text('functiongemma', 'Name of the model at GEMMA_BASE_URL.'),
  GEMMA_API_KEY_FILE: path('a file', '', 'File with the key for GEMMA_BASE_URL. Unset, none is sent.'),
  GEMMA_TOOL_CHOICE: oneOf(
    'auto',
    ['auto', 'required'],
    'What the server at GEMMA_BASE_URL is asked to do. FunctionGemma wants auto, larger models required.',
  ),
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
  WEBHOOK_CONCURRENCY: integer(32, 1, 1_024, 'How many alerts of one webhook are published at the same time.'),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
