import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isSameText, macOf, newSecret, passingKey, readKeys, watchKeys } from '../../../shared/keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'asre-keys-'));
const file = join(folder, 'keys');
afterAll(() => rmSync(folder, { recursive: true }));

const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(32)) as [string, string, string];
const secrets = (keys: readonly { secret: string }[]) => keys.map(({ secret }) => secret);

describe('readKeys', () => {
  it.each([
    ['one key', first, [first]],
    ['two keys', `${first}\n${second}\n`, [first, second]],
    ['lines of Windows and empty ones', `\r\n${first}\r\n\r\n${second}\r\n`, [first, second]],
  ])('reads %s', (_, content, expected) => {
    writeFileSync(file, content);
    expect(secrets(readKeys('SIGNING_KEY_FILE', file))).toEqual(expected);
  });

  it.each([
    ['no key', '\n \n'],
    ['three keys', [first, second, third].join('\n')],
    ['a short key', `${first}\nsecret`],
  ])('refuses %s without telling it', (_, content) => {
    writeFileSync(file, content);
    const refusal = { code: 'ASRE_CONFIG_INVALID', message: expect.not.stringContaining('secret') };
    expect(() => readKeys('SIGNING_KEY_FILE', file)).toThrow(expect.objectContaining(refusal));
  });
});

describe('watchKeys', () => {
  const errors: unknown[] = [];
  const log = { error: (fields: unknown) => void errors.push(fields) };
  const watch = () => watchKeys('SIGNING_KEY_FILE', file, log);

  beforeEach(() => {
    errors.length = 0;
    writeFileSync(file, first);
  });

  it('takes what the file holds at the time', () => {
    const keys = watch();
    expect(secrets(keys())).toEqual([first]);
    writeFileSync(file, `${second}\n${first}`);
    expect(secrets(keys())).toEqual([second, first]);
  });

  it('sees another file in its place, as a Secret is swapped', () => {
    const keys = watch();
    writeFileSync(join(folder, 'next'), third);
    renameSync(join(folder, 'next'), file);
    expect(secrets(keys())).toEqual([third]);
  });

  it.each([
    ['is away', () => rmSync(file)],
    ['holds no key', () => writeFileSync(file, 'x')],
  ])('keeps the keys while the file %s, and says so once', (_, spoil) => {
    const keys = watch();
    spoil();
    expect([keys(), keys()].map(secrets)).toEqual([[first], [first]]);
    expect(errors).toHaveLength(1);
    writeFileSync(file, second);
    expect(secrets(keys())).toEqual([second]);
  });

  it('does not start without the file', () => {
    rmSync(file);
    expect(watch).toThrow(expect.objectContaining({ code: 'ASRE_CONFIG_INVALID' }));
  });
});

describe('a key', () => {
  it('is new each time, and long enough for a file', () => {
    writeFileSync(file, newSecret());
    expect(readKeys('APPROVAL_KEY_FILE', file)[0].secret).not.toBe(passingKey()()[0].secret);
  });

  it('signs for one purpose what does not pass for another', () => {
    expect(macOf({ secret: first }, 'a', 'text')).not.toBe(macOf({ secret: first }, 'b', 'text'));
    expect(macOf({ secret: first }, 'a', 'text')).not.toBe(macOf({ secret: second }, 'a', 'text'));
  });
});

describe('isSameText', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcd', false],
    ['', '', true],
    ['ü', 'u', false],
  ])('%j and %j: %j', (one, other, same) => {
    expect(isSameText(one, other)).toBe(same);
  });
});
