import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkCredentials, watchCredentials } from '../../../../functions/alert-router/credentials.ts';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const accepted = ['Bearer token', basic('user:pass')];

describe('checkCredentials', () => {
  it.each([
    ['Bearer token'],
    ['bearer token'],
    ['BEARER   token '],
    [basic('user:pass')],
    [basic('user:pass').replace('Basic', 'basic')],
  ])('takes %j', (header) => {
    expect(() => checkCredentials(accepted, header)).not.toThrow();
  });

  it.each([
    [undefined],
    [''],
    ['token'],
    ['Bearer'],
    ['Bearer TOKEN'],
    ['Bearer token2'],
    ['Basic token'],
    [basic('user:')],
  ])('refuses %j', (header) => {
    expect(() => checkCredentials(accepted, header)).toThrow(expect.objectContaining({ code: 'ASRE_UNAUTHORIZED' }));
  });

  it('asks for nothing where nothing is set', () => {
    expect(() => checkCredentials([], undefined)).not.toThrow();
  });
});

describe('watchCredentials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'asre-credentials-'));
  const [token, pair] = [join(folder, 'token'), join(folder, 'basic')];
  const errors: unknown[] = [];
  const log = { error: (fields: unknown) => void errors.push(fields) };
  const watch = () => watchCredentials({ WEBHOOK_TOKEN_FILE: token, WEBHOOK_BASIC_FILE: pair }, log);

  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes what the files hold at the time', () => {
    writeFileSync(token, 'first');
    writeFileSync(pair, 'user:first');
    const credentials = watch();
    expect(credentials()).toEqual(['Bearer first', basic('user:first')]);
    writeFileSync(token, 'second\n');
    writeFileSync(pair, 'user:second\n');
    expect(credentials()).toEqual(['Bearer second', basic('user:second')]);
  });

  it.each([
    ['is away', () => rmSync(token)],
    ['is empty', () => writeFileSync(token, '')],
    ['of the pair holds none', () => writeFileSync(pair, 'user')],
  ])('keeps what it knows while a file %s, and asks for it', (_, spoil) => {
    writeFileSync(token, 'known');
    writeFileSync(pair, 'user:known');
    const credentials = watch();
    spoil();
    errors.length = 0;
    expect(credentials()).toEqual(['Bearer known', basic('user:known')]);
    expect(errors).toEqual([{ why: expect.not.stringContaining('known') }]);
  });

  it('does not start without the file', () => {
    rmSync(token, { force: true });
    expect(watch).toThrow(expect.objectContaining({ code: 'ASRE_CONFIG_INVALID' }));
  });
});
