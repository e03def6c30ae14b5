import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAccess } from '../../../../console/server/access.ts';
import { temporaryFolder } from '../../../support/terminal.ts';

const open = createAccess({ host: '127.0.0.1', tokenFile: '' });
const guarded = () =>
  createAccess({ host: '0.0.0.0', tokenFile: join(temporaryFolder({ token: 's3cret\n' }), 'token') });

describe('without a token', () => {
  it.each<[string, string, boolean]>([
    ['127.0.0.1', '127.0.0.1:8080', true],
    ['127.0.0.1', 'localhost:8080', true],
    ['::1', '[::1]:8080', true],
    ['127.0.0.1', 'evil.example:8080', false],
    ['127.0.0.1', '127.0.0.1.evil.example', false],
    ['127.0.0.1', '', false],
    ['0.0.0.0', '127.0.0.1:8080', false],
    ['192.0.2.1', '192.0.2.1:8080', false],
  ])('a port at %s that is asked as %j is open: %s', (listening, host, expected) => {
    expect(createAccess({ host: listening, tokenFile: '' }).refuseHost({ host }) === undefined).toBe(expected);
  });
});

describe('with a token', () => {
  it.each<[string, Record<string, string | undefined>, boolean]>([
    ['nothing', {}, false],
    ['the token', { authorization: 'Bearer s3cret' }, true],
    ['another token', { authorization: 'Bearer s3cre' }, false],
    ['the token as a cookie', { cookie: 'agent-sre-console=s3cret' }, false],
    ['an empty cookie', { cookie: 'agent-sre-console=' }, false],
  ])('who brings %s is let in: %s', (_, headers, expected) => {
    expect(guarded().refuseStranger(headers) === undefined).toBe(expected);
  });

  it('makes a cookie of the token alone, which no script and no other site gets', () => {
    const access = guarded();
    const cookie = access.cookieOf('s3cret') ?? '';
    expect(access.cookieOf('guess')).toBeUndefined();
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain('s3cret');
    expect(access.refuseStranger({ cookie: `a=b; ${cookie.split(';')[0]}` })).toBeUndefined();
  });
});

describe('what changes something', () => {
  const own = { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080', 'x-agent-sre-console': '1' };

  it.each<[string, Record<string, string | undefined>, boolean]>([
    ['the page', { ...own, 'sec-fetch-site': 'same-origin' }, true],
    ['a program', { ...own, origin: undefined }, true],
    ['another page', { ...own, origin: 'http://evil.example' }, false],
    ['a page on another port', { ...own, origin: 'http://127.0.0.1:9090' }, false],
    ['a page without an origin', { ...own, origin: 'null' }, false],
    ['a form, which has no header', { ...own, 'x-agent-sre-console': undefined }, false],
    ['another site', { ...own, origin: undefined, 'sec-fetch-site': 'cross-site' }, false],
  ])('may come from %s: %s', (_, headers, expected) => {
    expect(open.refusePage(headers) === undefined).toBe(expected);
  });
});
