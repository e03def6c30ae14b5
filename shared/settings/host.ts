import { extensionsOf } from '../cloudevents/overrides.ts';
import {
  certificates,
  httpUrl,
  integer,
  list,
  oneOf,
  originComplaint,
  path,
  readable,
  type Setting,
} from '../setting.ts';

/** How a function listens, publishes and ends. */
export const HOST_SETTINGS = {
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
  WEBHOOK_CONCURRENCY: integer(32, 1, 1_024, 'How many alerts of one webhook are published at the same time.'),
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
} as const satisfies Record<string, Setting<unknown>>;
