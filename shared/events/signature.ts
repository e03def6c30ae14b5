/** The signature of a selection and of a lambda trigger: proof to its recipient that a function of agent-sre made it. */
import type { Attributes, CloudEvent } from '../cloudevents/attributes.ts';
import type { Config } from '../config.ts';
import { canonicalJson } from '../json.ts';
import { isSameText, type Key, type KeySource, type Keys, macOf, watchKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import { lambdaTrigger } from './lambda-trigger.ts';
import { remediationSelected } from './remediation-selected.ts';

/** The extension attribute that carries it. */
export const SIGNATURE = 'signature';

const SIGNED: readonly (string | undefined)[] = [remediationSelected.type, lambdaTrigger.type];
const VERSION = 'v2';
const PURPOSE = 'agent-sre selection v2'; // of both: the type is part of what is signed
/** Much longer than deliveries are tried, and much shorter than emit-trigger remembers that an alert has resolved. */
const HOLDS_MS = 6 * 3_600_000;

/** Undefined where SIGNING_KEY_FILE is not set: nothing is signed then, and nothing is asked for a signature. */
export function watchSigningKeys(
  config: Pick<Config, 'SIGNING_KEY_FILE'>,
  log: Pick<Log, 'error'>,
): KeySource | undefined {
  if (config.SIGNING_KEY_FILE === '') return undefined;
  return watchKeys('SIGNING_KEY_FILE', config.SIGNING_KEY_FILE, log);
}

/** The event as it leaves a function: a selection and a lambda trigger are signed, every other event stays as it is. */
export function withSignature(event: CloudEvent, keys: KeySource | undefined): CloudEvent {
  if (keys === undefined || !SIGNED.includes(event.attributes.type)) return event;
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

function instantOf({ time = '' }: Attributes): number {
  return Date.parse(time);
}

// All of the data, not only the call: whoever could swap the alert would choose its opt-out, its cluster and its episode.
// Canonical, since a broker may deliver in structured mode and so write the JSON anew, and the time in another form.
function signatureOf(key: Key, attributes: Attributes, data: unknown): string {
  const { type, id, correlationid } = attributes;
  return `${VERSION}.${macOf(key, PURPOSE, canonicalJson([type, id, correlationid, instantOf(attributes), data]))}`;
}
