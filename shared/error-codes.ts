/** What happens to a delivery that failed: declared here and nowhere else. */
export type Disposition = 'refuse' | 'reject' | 'retry' | 'exit';

export interface ErrorEntry {
  readonly disposition: Disposition;
  /** HTTP status of a `refuse` or `retry`; a `reject` answers with an event, an `exit` ends the program. */
  readonly statusCode?: number;
  readonly meaning: string;
  readonly fix: string;
}

/**
 * Every error agent-sre can give. `docs/errors.md` lists the same codes (test/contract/docs.test.ts); a retired code is
 * never used again.
 *
 * refuse: no CloudEvent at all, answered with `statusCode`. reject: an event that will never work, answered with
 * `event.rejected`. retry: it may work later, 503. exit: the program does not start.
 */
export const ERRORS = {
  ASRE_NOT_AN_EVENT: {
    disposition: 'refuse',
    statusCode: 400,
    meaning: 'The request is neither a CloudEvent nor an Alertmanager webhook.',
    fix: 'Send ce-id, ce-source, ce-type and ce-specversion headers, or application/cloudevents+json.',
  },
  ASRE_EVENT_ATTRIBUTE_INVALID: {
    disposition: 'refuse',
    statusCode: 400,
    meaning: 'A required CloudEvents attribute is missing or empty, or no header can carry an attribute.',
    fix: 'Set id, source, type and specversion, each of at most 4,096 ASCII characters once percent-encoded.',
  },
  ASRE_SPECVERSION_UNSUPPORTED: {
    disposition: 'refuse',
    statusCode: 400,
    meaning: 'The specversion of the event is not 1.0.',
    fix: 'Send specversion 1.0.',
  },
  ASRE_EVENT_BATCH: {
    disposition: 'refuse',
    statusCode: 400,
    meaning: 'A batch of CloudEvents was sent.',
    fix: 'Send one event per request.',
  },
  ASRE_EVENT_JSON: {
    disposition: 'refuse',
    statusCode: 400,
    meaning: 'The body of a structured event or of a webhook is not JSON, or it is larger JSON than any sender means.',
    fix: 'Send valid JSON in UTF-8: an event with at most 1,000 keys in an object and 200 levels, a webhook with at most 20,000 keys in an object.',
  },
  ASRE_CONTENT_ENCODING: {
    disposition: 'refuse',
    statusCode: 415,
    meaning: 'The body is not in the content coding that the request names, or in one that is not accepted.',
    fix: 'Send the body plain, or with content-encoding gzip, deflate or br.',
  },
  ASRE_PATH_UNKNOWN: {
    disposition: 'refuse',
    statusCode: 404,
    meaning: 'Something was sent to a path that accepts nothing.',
    fix: "POST Alertmanager's webhook and events to /.",
  },
  ASRE_ORIGIN_REFUSED: {
    disposition: 'refuse',
    statusCode: 403,
    meaning: 'A web page sent the request (it has an Origin header), and its origin is not allowed.',
    fix: 'Name the origin in ALLOWED_ORIGINS if the page may send requests.',
  },
  ASRE_METHOD_NOT_ALLOWED: {
    disposition: 'refuse',
    statusCode: 405,
    meaning: 'The path does not take the method of the request; the header Allow names those that it takes.',
    fix: 'POST the event or the webhook to /.',
  },
  ASRE_UNAUTHORIZED: {
    disposition: 'refuse',
    statusCode: 401,
    meaning: 'The webhook carried no credential, or a wrong one.',
    fix: 'Set http_config.authorization or basic_auth in Alertmanager to what WEBHOOK_TOKEN_FILE or WEBHOOK_BASIC_FILE holds.',
  },
  ASRE_WEBHOOK_INVALID: {
    disposition: 'refuse',
    statusCode: 400,
    meaning: 'The body is not an Alertmanager webhook.',
    fix: 'Point a webhook_config of Alertmanager here; the body needs an array "alerts" of objects with labels.',
  },
  ASRE_BODY_TOO_LARGE: {
    disposition: 'refuse',
    statusCode: 503,
    meaning: 'The request body, decoded, exceeds BODY_LIMIT_BYTES; not 413, which Alertmanager never sends again.',
    fix: 'Raise BODY_LIMIT_BYTES, or set max_alerts in the webhook_config.',
  },
  ASRE_EVENT_TYPE_UNEXPECTED: {
    disposition: 'reject',
    meaning: 'The function does not accept events of this type.',
    fix: 'Filter the Trigger on a type that the function accepts (docs/events.md).',
  },
  ASRE_EVENT_DATA_INVALID: {
    disposition: 'reject',
    meaning: 'The data of the event does not fit its schema.',
    fix: 'Send data as docs/events.md describes it for this type.',
  },
  ASRE_ALERT_INVALID: {
    disposition: 'reject',
    meaning: 'The event has no usable alert, or an alert of a webhook is not one that can be used.',
    fix: 'Send labels with an alertname; label values are text. An alert of a webhook may have 1,000 labels and 500,000 characters.',
  },
  ASRE_HOP_LIMIT: {
    disposition: 'reject',
    meaning: 'The event has passed more functions than a chain has: it runs in a loop.',
    fix: 'Look for a Trigger that feeds a function its own answer.',
  },
  ASRE_SELECTION_INVALID: {
    disposition: 'reject',
    meaning: 'The selection names a function or parameters that the catalogue or the alert do not allow.',
    fix: 'See the message; only functions of runbook/catalogue.yaml with values of the alert can be emitted.',
  },
  ASRE_APPROVAL_UNREADABLE: {
    disposition: 'reject',
    meaning: 'What an approval brings is not a token, or is cut off.',
    fix: 'Copy the whole token of approval.requested: four parts with dots between them.',
  },
  ASRE_APPROVAL_KEY_UNKNOWN: {
    disposition: 'reject',
    meaning:
      'The token of an approval is signed by no key of APPROVAL_KEY_FILE: it is forged, or the key was taken away.',
    fix: 'Wait for the next approval.requested; keep the old key as the second line while its tokens are open.',
  },
  ASRE_APPROVAL_ALTERED: {
    disposition: 'reject',
    meaning: 'The token of an approval is not as it was signed.',
    fix: 'Copy the token of approval.requested again.',
  },
  ASRE_APPROVAL_EXPIRED: {
    disposition: 'reject',
    meaning: 'The token of an approval has expired.',
    fix: 'Answer the next approval.requested, which comes while the alert fires, or raise APPROVAL_TIMEOUT_MS.',
  },
  ASRE_APPROVAL_USED: {
    disposition: 'reject',
    meaning: 'The token of an approval was answered before, by another answer or another person: it works once.',
    fix: 'Nothing; agent-sre explain says what became of it. The same answer of the same person does not count again: it is suppressed as a duplicate.',
  },
  ASRE_APPROVAL_NOT_ASKED: {
    disposition: 'reject',
    meaning: 'The episode does not wait for an approval of this very selection and attempt.',
    fix: 'Answer the newest approval.requested of the episode.',
  },
  ASRE_APPROVAL_RESOLVED: {
    disposition: 'reject',
    meaning: 'The alert has resolved; nothing is done for it any more.',
    fix: 'Nothing.',
  },
  ASRE_LEDGER_FAILED: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'The ledger cannot be read or written, and nothing is done without it.',
    fix: 'Check that the Redis of LEDGER_URL answers, or that its folder can be written; the event is tried again.',
  },
  ASRE_LEDGER_BUSY: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'Other replicas of the function were always first to change the same records of the ledger.',
    fix: 'Nothing, the event is tried again; run fewer replicas if it happens often.',
  },
  ASRE_EVENT_UNSIGNED: {
    disposition: 'reject',
    meaning:
      'An event of emit-trigger has no signature, or an old one, and SIGNING_KEY_FILE asks for one: nothing is done, told or counted.',
    fix: 'Give all functions, the Lambda functions and the console the same key; where they have it, somebody else sent the event.',
  },
  ASRE_CLAIM_HELD: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'Another delivery of the same event has just been answered, and the answer has not come back yet.',
    fix: 'Nothing: the event is tried again, and is then known to be answered or answered again.',
  },
  ASRE_LAMBDA_OTHER: {
    disposition: 'reject',
    meaning: 'A Lambda function got a lambda trigger for another one.',
    fix: "Filter the Lambda's Trigger on the attribute lambdafunction (docs/lambdas.md).",
  },
  ASRE_CLUSTER_UNAVAILABLE: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'The API server of Kubernetes gave no answer that a Lambda function could use.',
    fix: 'See the message; the event is sent again, and carried out once.',
  },
  ASRE_UNDELIVERABLE: {
    disposition: 'reject',
    meaning: 'The function that the event is for could not be reached, and nothing else can take it.',
    fix: 'See why the function is not ready; then approve again, or send the event again.',
  },
  ASRE_NOTIFICATION_FAILED: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'APPROVAL_WEBHOOK_URL did not accept a message.',
    fix: 'Check the webhook there; agent-sre queue retry sends what was not delivered.',
  },
  ASRE_NOTIFICATION_WAITS: {
    disposition: 'retry',
    statusCode: 503,
    meaning:
      'A message to APPROVAL_WEBHOOK_URL waits for more of its incident, for room in the minute, or until the receiver lets it.',
    fix: 'Nothing: the event is sent again, and is then told with the others, or known to be told.',
  },
  ASRE_SINK_MISSING: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'There is an event to publish, and K_SINK is not set.',
    fix: 'Bind the function to the broker (SinkBinding), or set K_SINK to the broker URL.',
  },
  ASRE_SINK_FAILED: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'K_SINK did not accept the event.',
    fix: 'Check that the broker is ready and that the K_SINK URL is that of its status.',
  },
  ASRE_INTERNAL: {
    disposition: 'retry',
    statusCode: 503,
    meaning: 'The function failed in a way it should not.',
    fix: 'Report the log line; the event is retried and then goes to the next tier.',
  },
  ASRE_CONFIG_INVALID: {
    disposition: 'exit',
    meaning: 'An environment variable has a value that cannot be used.',
    fix: 'Set the variable that the message names (docs/configuration.md).',
  },
  ASRE_RUNBOOK_INVALID: {
    disposition: 'exit',
    meaning: 'The runbook cannot be used; every problem is named with file and line.',
    fix: 'Run agent-sre check, and fix what it names.',
  },
  ASRE_MODEL_INVALID: {
    disposition: 'exit',
    meaning: 'A model is there, but does not fit its card or this version.',
    fix: 'Build the model again (docs/training.md), or restore models/ from the release.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
