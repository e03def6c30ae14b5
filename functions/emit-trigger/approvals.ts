/** The token of an approval: what a person lets happen, signed, so that anyone may carry it back. Pure. */
import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../shared/error-codes.ts';
import { AsreError } from '../../shared/errors.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { canonicalJson, parseJson } from '../../shared/json.ts';
import { isSameText, type Keys, macOf } from '../../shared/keys.ts';

/** What a token is for: one attempt of one episode, by this very selection, until then. */
export interface Ticket {
  readonly correlationId: string;
  readonly attempt: number;
  /** `selectionHash` of the selection. */
  readonly selection: string;
  readonly expiresMs: number;
}

/** What an episode knows of the approval that it waits, or waited, for. */
export interface AskedApproval {
  readonly attempt: number;
  readonly selection: string;
  readonly answered: boolean;
  /** Whether the alert has resolved. */
  readonly closed: boolean;
}

const VERSION = 'v1';
const PURPOSE = 'agent-sre approval';
/** Far more than any token has: an identity is 16 digits. */
const LONGEST_TOKEN = 1_024;
const TOKEN = /^(v1)\.([\w-]{8})\.([\w-]+)\.([\w-]{43})$/;

/** SHA-256 of a selection, alert and votes included. */
export function selectionHash(selection: Selection): string {
  return createHash('sha256').update(canonicalJson(selection)).digest('base64url');
}

/** The token; the same for the same ticket and key, so that a retry asks with the same one. */
export function issueToken({ correlationId, attempt, selection, expiresMs }: Ticket, [key]: Keys): string {
  const content = JSON.stringify([correlationId, attempt, selection, expiresMs]);
  const signed = [VERSION, key.id, Buffer.from(content).toString('base64url')].join('.');
  return `${signed}.${macOf(key, PURPOSE, signed)}`;
}

/**
 * The ticket of a token that one of the keys has signed and that has not expired.
 *
 * @throws {AsreError} ASRE_APPROVAL_UNREADABLE, _KEY_UNKNOWN, _ALTERED or _EXPIRED
 */
export function readToken(text: string, keys: Keys, now: Date): Ticket {
  const parts = partsOf(text);
  if (parts === undefined) throw new AsreError('ASRE_APPROVAL_UNREADABLE', 'the token cannot be read');
  const key = keys.find(({ id }) => id === parts.keyId);
  if (key === undefined) throw new AsreError('ASRE_APPROVAL_KEY_UNKNOWN', 'the token is signed by another key');
  // As text: base64url of 32 bytes leaves two bits over, and bytes would compare equal whatever those are.
  const genuine = isSameText(macOf(key, PURPOSE, parts.signed), parts.mac);
  const ticket = genuine ? ticketOf(parts.content) : undefined;
  if (ticket === undefined) throw new AsreError('ASRE_APPROVAL_ALTERED', 'the token is not as it was signed');
  if (ticket.expiresMs <= now.getTime()) throw new AsreError('ASRE_APPROVAL_EXPIRED', 'the token has expired');
  return ticket;
}

/** What a token says, whoever made it: for messages, never for decisions. */
export function peekToken(text: string): Ticket | undefined {
  const parts = partsOf(text);
  return parts && ticketOf(parts.content);
}

/** Why a genuine token does not count for what its episode knows, or undefined. The safest reason comes first. */
export function complaintAbout(ticket: Ticket, asked: AskedApproval | undefined): ErrorCode | undefined {
  if (asked?.closed) return 'ASRE_APPROVAL_RESOLVED';
  if (asked?.attempt !== ticket.attempt || asked.selection !== ticket.selection) return 'ASRE_APPROVAL_NOT_ASKED';
  return asked.answered ? 'ASRE_APPROVAL_USED' : undefined;
}

// Mail and chat break lines, and people copy the quotes with it.
function partsOf(text: string) {
  if (text.length > LONGEST_TOKEN) return undefined;
  const [, version, keyId = '', content = '', mac = ''] = TOKEN.exec(text.replace(/[\s"'`<>]+/g, '')) ?? [];
  return version === undefined ? undefined : { keyId, content, mac, signed: [version, keyId, content].join('.') };
}

function ticketOf(content: string): Ticket | undefined {
  const fields = parseJson(Buffer.from(content, 'base64url').toString('utf8'));
  if (!Array.isArray(fields)) return undefined;
  const [correlationId, attempt, selection, expiresMs]: unknown[] = fields;
  const isSound =
    typeof correlationId === 'string' &&
    typeof attempt === 'number' &&
    typeof selection === 'string' &&
    typeof expiresMs === 'number' &&
    !Number.isNaN(new Date(expiresMs).getTime());
  return isSound ? { correlationId, attempt, selection, expiresMs } : undefined;
}
