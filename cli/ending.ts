/** What an event tells of an episode, in words: one reading, for every verb that shows one. */

/** How an episode ended, or what became of it after that. */
export interface Ending {
  /** The episode: `<fingerprint>.<startsAt in ms>`. */
  readonly episode: string;
  /** The alert's name and the object that it is about; what the event is about where it names no alert. */
  readonly alert: string;
  readonly alertname: string | undefined;
  /** Of what is acted on; of a decision that calls nothing, of what the alert is about. */
  readonly namespace: string | undefined;
  /** `<namespace>/<name>` likewise. */
  readonly target: string | undefined;
  readonly kind: EndingKind;
  readonly decidedBy: string | undefined;
  readonly lambdaFunction: string | undefined;
  readonly parameters: string | undefined;
  readonly confidence: string | undefined;
  /** One word: of the vote that decided, or of what ended the episode. */
  readonly reason: string | undefined;
  /** The entry of the runbook that decided. */
  readonly entry: string | undefined;
  readonly why: string;
  /** Who approved or denied. */
  readonly approver: string | undefined;
  readonly policyHash: string | undefined;
  /** Lets who has it approve: it is shown to the one who sits before the terminal, and written nowhere. */
  readonly token: string | undefined;
}

/** In the order in which an episode meets them. */
export type EndingKind =
  | 'no action'
  | 'rejected'
  | 'suppressed'
  | 'waiting'
  | 'approved'
  | 'denied'
  | 'called'
  | 'finished'
  | 'ineffective'
  | 'verified';

/** The ending in words. A call that no Trigger delivers is asked for, and nothing more. */
export function endingText(ending: Ending, delivered = true): string {
  const { kind, lambdaFunction, parameters, decidedBy, confidence, why, approver } = ending;
  const call = [lambdaFunction, parameters].filter((part) => part !== undefined).join(' ');
  const by = [decidedBy, confidence].filter((part) => part !== undefined).join(' ');
  const who = by === '' ? '' : ` (${by})`;
  switch (kind) {
    case 'called':
      return `${delivered ? '' : 'asked for '}${call}${who}: ${why}${approver === undefined ? '' : `, approved by ${approver}`}`;
    case 'suppressed':
      return `suppressed ${call}${who}: ${why}`;
    case 'waiting':
      return `${call}${who} waits for a person: ${why}`;
    case 'approved':
    case 'denied':
      return `${kind} by ${approver ?? 'nobody'}${why === '' ? '' : `: ${why}`}`;
    case 'finished':
      return `${call}: ${why}`;
    case 'verified':
      return `${call} worked: ${why}`;
    case 'ineffective':
      return `${call} has not worked: ${why}`;
    case 'no action':
    case 'rejected':
      return `${kind}${who}: ${why}`;
    default:
      return kind satisfies never;
  }
}

/**
 * What the terminal of a running system shows: one line, and the command that answers where one is waited for.
 *
 * @param broker the address that the command needs, where it is not the one that it takes by itself
 */
export function endingLine(ending: Ending, delivered: boolean, broker?: string): string {
  const line = `${ending.alert} → ${endingText(ending, delivered)} [${ending.episode}]`;
  const to = broker === undefined ? '' : ` --to ${broker}`;
  return ending.token === undefined ? line : `${line}\n  agent-sre approve ${ending.token}${to}`;
}
