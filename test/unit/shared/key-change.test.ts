/** A key is changed while pods run that read it at different times: docs/deploy.md, Secrets. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { issueToken, readToken } from '../../../functions/emit-trigger/approvals.ts';
import { buildEvent } from '../../../shared/events/envelope.ts';
import { lambdaTrigger } from '../../../shared/events/index.ts';
import { isSigned, withSignature } from '../../../shared/events/signature.ts';
import { type Keys, newSecret, readKeys } from '../../../shared/keys.ts';
import { temporaryFile } from '../../support/terminal.ts';

const NOW = new Date('2026-11-23T02:31:00Z');
const SECRETS: Readonly<Record<string, string>> = { old: newSecret(), new: newSecret() };

function keysOf(names: string): Keys {
  const lines = names.split(', ').map((name) => SECRETS[name]);
  return readKeys('SIGNING_KEY_FILE', temporaryFile('keys', lines.join('\n')));
}

function isSignatureTaken(signer: Keys, reader: Keys): boolean {
  const episode = { fingerprint: 'f', correlationId: 'f.1' };
  const draft = { definition: lambdaTrigger, data: lambdaTrigger.example, episode };
  const { attributes, data } = withSignature(buildEvent(draft, { hop: 1 }, 'emit-trigger', NOW), () => signer);
  return isSigned(attributes, data, reader, NOW);
}

function isApprovalTaken(signer: Keys, reader: Keys): boolean {
  const ticket = { correlationId: 'f.1', attempt: 1, selection: 'hash', expiresMs: NOW.getTime() + 900_000 };
  try {
    return readToken(issueToken(ticket, signer), reader, NOW).correlationId === 'f.1';
  } catch {
    return false;
  }
}

describe('a key that is changed', () => {
  it.each([
    ['old', 'old, new', true],
    ['old, new', 'new, old', true],
    ['new, old', 'new', true],
    ['old', 'new, old', false],
  ])(
    'from %j to %j: pods that have read it and those that have not take each other at their word: %s',
    (before, after, taken) => {
      const [one, other] = [keysOf(before), keysOf(after)];
      for (const isTaken of [isSignatureTaken, isApprovalTaken]) {
        expect(isTaken(one, other) && isTaken(other, one)).toBe(taken);
      }
    },
  );

  it('is changed so by docs/deploy.md', () => {
    const lines = readFileSync('docs/deploy.md', 'utf8').split('\n');
    const steps = lines.flatMap((line) => /^\d\. `(?:old|new)(?:, (?:old|new))?`/.exec(line)?.[0].slice(4, -1) ?? []);
    expect(steps).toEqual(['old, new', 'new, old', 'new']);
  });
});
