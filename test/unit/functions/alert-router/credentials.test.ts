import { describe, expect, it } from 'vitest';
import { checkCredentials } from '../../../../functions/alert-router/credentials.ts';

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
