import { describe, expect, it } from 'vitest';
import {
  complaintAbout,
  issueToken,
  peekToken,
  readToken,
  selectionHash,
  type Ticket,
} from '../../../../functions/emit-trigger/approvals.ts';
import type { ErrorCode } from '../../../../shared/error-codes.ts';
import { remediationSelected } from '../../../../shared/events/index.ts';
import { type Keys, passingKey } from '../../../../shared/keys.ts';

const now = new Date('2026-11-23T02:31:00.000Z');
const keys = passingKey()();
const selection = selectionHash(remediationSelected.example);
const ticket: Ticket = {
  correlationId: 'c2b1.1763865060000',
  attempt: 1,
  selection,
  expiresMs: now.getTime() + 60_000,
};
const token = issueToken(ticket, keys);
const [version = '', keyId = '', content = '', mac = ''] = token.split('.');
const otherContent = Buffer.from(JSON.stringify(['c2b1.0', 1, selection, ticket.expiresMs])).toString('base64url');
const asked = { attempt: 1, selection, answered: false, closed: false };

/** What an approval that brings this token ends as. */
function codeOf(
  text: string,
  known: Keys,
  at: Date,
  episode: Parameters<typeof complaintAbout>[1],
): ErrorCode | 'counts' {
  try {
    return complaintAbout(readToken(text, known, at), episode) ?? 'counts';
  } catch (error) {
    return (error as { code: ErrorCode }).code;
  }
}

describe('a token', () => {
  const [rotated] = [passingKey()()];
  const later = new Date(ticket.expiresMs);
  it.each<[string, string, Keys, Date, Parameters<typeof complaintAbout>[1], string]>([
    ['as it was issued', token, keys, now, asked, 'counts'],
    ['broken by a mail, in quotes', ` "${token.slice(0, 60)}\r\n  ${token.slice(60)}"\n`, keys, now, asked, 'counts'],
    ['of the key before', token, [...rotated, ...keys], now, asked, 'counts'],
    ['of a key that was taken away', token, rotated, now, asked, 'ASRE_APPROVAL_KEY_UNKNOWN'],
    ['forged with another key', issueToken(ticket, passingKey()()), keys, now, asked, 'ASRE_APPROVAL_KEY_UNKNOWN'],
    [
      'forged under the name of the key',
      [version, keyId, content, 'a'.repeat(43)].join('.'),
      keys,
      now,
      asked,
      'ASRE_APPROVAL_ALTERED',
    ],
    [
      'with another episode written in',
      [version, keyId, otherContent, mac].join('.'),
      keys,
      now,
      asked,
      'ASRE_APPROVAL_ALTERED',
    ],
    [
      'with its last character changed',
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      keys,
      now,
      asked,
      'ASRE_APPROVAL_ALTERED',
    ],
    ['that is cut off', token.slice(0, -1), keys, now, asked, 'ASRE_APPROVAL_UNREADABLE'],
    ['of another version', token.replace('v1', 'v2'), keys, now, asked, 'ASRE_APPROVAL_UNREADABLE'],
    ['that is nothing', '', keys, now, asked, 'ASRE_APPROVAL_UNREADABLE'],
    ['that is huge', `v1.${keyId}.${'A'.repeat(4_000)}.${mac}`, keys, now, asked, 'ASRE_APPROVAL_UNREADABLE'],
    ['when it expires', token, keys, later, asked, 'ASRE_APPROVAL_EXPIRED'],
    ['that was answered', token, keys, now, { ...asked, answered: true }, 'ASRE_APPROVAL_USED'],
    ['after the alert resolved', token, keys, now, { ...asked, closed: true }, 'ASRE_APPROVAL_RESOLVED'],
    ['of an episode that nobody knows', token, keys, now, undefined, 'ASRE_APPROVAL_NOT_ASKED'],
    ['of an earlier attempt', token, keys, now, { ...asked, attempt: 2 }, 'ASRE_APPROVAL_NOT_ASKED'],
    ['for another selection', token, keys, now, { ...asked, selection: 'x' }, 'ASRE_APPROVAL_NOT_ASKED'],
  ])('%s: $5', (_, text, known, at, episode, expected) => {
    expect(codeOf(text, known, at, episode)).toBe(expected);
  });

  it('is the same for the same ticket, and one line of text that nothing has to escape', () => {
    expect(issueToken(ticket, keys)).toBe(token);
    expect(token).toMatch(/^[\w.-]{1,300}$/);
  });

  it('says to anyone what it is for', () => {
    expect(peekToken(token)).toEqual(ticket);
    expect(peekToken(token.slice(0, -1))).toBeUndefined();
    expect(peekToken([version, keyId, 'AAAA', mac].join('.'))).toBeUndefined();
  });
});

describe('selectionHash', () => {
  it('is another one for whatever is changed, and the same in another order', () => {
    const { example } = remediationSelected;
    expect(selectionHash(Object.fromEntries(Object.entries(example).reverse()) as typeof example)).toBe(selection);
    const changed = [{ lambda_function: 'x' }, { parameters: {} }, { alert: { ...example.alert, status: 'resolved' } }];
    for (const change of changed)
      expect(selectionHash({ ...example, ...change } as typeof example)).not.toBe(selection);
  });
});
