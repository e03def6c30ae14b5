/** The signature of an event: proof to whoever reads it that a function of agent-sre made it. */
import type { Attributes, CloudEvent } from '../cloudevents/attributes.ts';
import type { Config } from '../config.ts';
import { AsreError } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import { isSameText, type Key, type KeySource, type Keys, macOf, watchKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import { alertResolved } from './alert-resolved.ts';
import { approvalRequested } from './approval.ts';
import { lambdaFinished } from './lambda-finished.ts';
import { lambdaTrigger } from './lambda-trigger.ts';
import { remediationIneffective, remediationVerified } from './remediation-outcome.ts';
import { remediationSelected } from './remediation-selected.ts';
import { remediationSuppressed } from './remediation-suppressed.ts';

/** The extension attribute that carries it. */
export const SIGNATURE = 'signature';

/** All that emit-trigger says. Without a signature it is rejected, and recorded as that. */
const OF_EMIT_TRIGGER: readonly string[] = [
  ...[lambdaTrigger, approvalRequested, remediationSuppressed, remediationVerified, remediationIneffective],
].map(({ type }) => type);
/** What a function signs in its answer to an event. An unsigned selection counts as a person's, and a Lambda may sign nothing. */
const ANSWERS: readonly string[] = [remediationSelected.type, ...OF_EMIT_TRIGGER, lambdaFinished.type];
/** What alert-router signs of a webhook alone: in answer to an event it would sign what anyone has claimed. */
const OF_WEBHOOK: readonly string[] = [alertResolved.type];
/** The types that are signed where SIGNING_KEY_FILE is set. */
export const SIGNED: readonly string[] = [...OF_WEBHOOK, ...ANSWERS];

const VERSION = 'v2';
const PURPOSE = 'agent-sre selection v2'; // of all of them: the type is part of what is signed
/** Much longer than deliveries are tried, and much shorter than emit-trigger remembers that an alert has resolved. */
const HOLDS_MS = 6 * 3_600_000;

/** An event as it came in. Its data is read as it was sent: what a function makes of it may be something else. */
interface Signable {
  readonly attributes: Attributes;
  readonly readData: () => unknown;
}

/** Undefined where SIGNING_KEY_FILE is not set: nothing is signed then, and nothing is asked for a signature. */
export function watchSigningKeys(
  config: Pick<Config, 'SIGNING_KEY_FILE'>,
  log: Pick<Log, 'error'>,
): KeySource | undefined {
  if (config.SIGNING_KEY_FILE === '') return undefined;
  return watchKeys('SIGNING_KEY_FILE', config.SIGNING_KEY_FILE, log);
}

/** The answer of a function as it leaves it, signed where it is of such a type. */
export function withSignature(event: CloudEvent, keys: KeySource | undefined): CloudEvent {
  return ANSWERS.includes(event.attributes.type ?? '') ? signed(event, keys) : event;
}

/** An event of a webhook, whose sender was asked for the credential, as it leaves alert-router. */
export function withWebhookSignature(event: CloudEvent, keys: KeySource | undefined): CloudEvent {
  return OF_WEBHOOK.includes(event.attributes.type ?? '') ? signed(event, keys) : event;
}

function signed(event: CloudEvent, keys: KeySource | undefined): CloudEvent {
  if (keys === undefined) return event;
  const signature = signatureOf(keys()[0], event.attributes, event.data);
  return { ...event, attributes: { ...event.attributes, [SIGNATURE]: signature } };
}

/**
 * Whether one of the keys has signed this event, and not long ago: else whoever has kept one could act on an alert of last month.
 *
 * @param data as it was sent, not as it was read
 */
export function isSigned(attributes: Attributes, data: unknown, keys: Keys, now: Date): boolean {
  const given = attributes[SIGNATURE] ?? '';
  const isGenuine = keys.map((key) => isSameText(signatureOf(key, attributes, data), given)).includes(true);
  return isGenuine && now.getTime() - instantOf(attributes) <= HOLDS_MS;
}

/** Whether an event of this type counts only with a signature. */
export function needsSignature(type: string): boolean {
  return OF_EMIT_TRIGGER.includes(type);
}

/** @throws {AsreError} ASRE_EVENT_UNSIGNED where keys are set and none of them has signed the event, or one has long ago */
export function checkSignature({ attributes, readData }: Signable, keys: KeySource | undefined, now: Date): void {
  if (keys === undefined || isSigned(attributes, readData(), keys(), now)) return;
  throw unsigned();
}

/** The error of an event that counts only with a signature. */
export function unsigned(): AsreError {
  return new AsreError('ASRE_EVENT_UNSIGNED', 'the event has no signature of a function, or an old one');
}

function instantOf({ time = '' }: Attributes): number {
  return Date.parse(time);
}

// All of the data, not only the call: whoever could swap the alert would choose its opt-out, its cluster and its episode.
// Canonical, since a broker may deliver in structured mode and so write the JSON anew, and the time in another form.
function signatureOf(key: Key, attributes: Attributes, data: unknown): string {
  const { type, id, correlationid } = attributes;
  return `${VERSION}.${macOf(key, PURPOSE, canonicalJson([type, id, correlationid, instantOf(attributes), data]))}`;
}
