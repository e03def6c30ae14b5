import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../../../lambdas/kit/mask.ts';
import { maskedLines, reportText } from '../../../../lambdas/kit/report.ts';

const SECRET = 'hunter2-Very-Secret';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

describe('a secret in a log is masked', () => {
  it.each([
    `password=${SECRET}`,
    `DB_PASSWORD: "${SECRET}"`,
    `{"db_password":"${SECRET}","user":"app"}`,
    `{\\"apiKey\\":\\"${SECRET}\\"}`,
    `api-key='${SECRET}'`,
    `client_secret = ${SECRET}`,
    `Authorization: Bearer ${SECRET}`,
    `authorization: Basic ${SECRET}`,
    `sent bearer ${SECRET} to upstream`,
    `Cookie: session=${SECRET}; path=/`,
    `postgres://app:${SECRET}@db:5432/app`,
    `https://user:${SECRET}@git.example/x.git`,
    `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`,
    `-----BEGIN PRIVATE KEY-----\n${SECRET}`,
    `X-Amz-Signature=${SECRET}`,
  ])('%s', (line) => {
    expect(maskSecrets(line)).not.toContain(SECRET);
    expect(maskSecrets(line)).toContain('[masked]');
  });

  it.each([
    JWT,
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY00',
  ])('%s', (token) => {
    expect(maskSecrets(`got ${token} from x`)).toBe('got [masked] from x');
  });

  it('once, however often it is masked', () => {
    const once = maskSecrets(`password=${SECRET} token: "${SECRET}"`);
    expect(maskSecrets(once)).toBe(once);
  });
});

describe('what is no secret', () => {
  it.each([
    'level=info msg="listening on :8080" path=/healthz',
    'dial tcp 10.0.0.7:5432: connect: connection refused',
    'panic: runtime error: invalid memory address or nil pointer dereference',
    'java.lang.IllegalStateException at com.example.shop.checkout.PaymentController.pay(PaymentController.java:42)',
    'pod checkout-7c9f8d5b6-x2x7k uid 2f1c3a5e-8a4b-4a52-9d1f-0c5f1a2b3c4d',
    '/usr/local/lib/python3.11/site-packages/django/core/handlers/base.py',
  ])('%s', (line) => {
    expect(maskSecrets(line)).toBe(line);
  });
});

it('a hostile log costs little', () => {
  const started = performance.now();
  for (const text of [
    'a'.repeat(8_192),
    'token'.repeat(1_600),
    '://:@'.repeat(1_600),
    'A1/+'.repeat(2_000),
    '-----BEGIN A'.repeat(600),
  ]) {
    maskSecrets(text);
  }
  expect(performance.now() - started).toBeLessThan(2_000);
});

it('a key on several lines is masked as one', () => {
  expect(maskedLines(`a\n-----BEGIN KEY-----\n${SECRET}\n-----END KEY-----\nb`)).toEqual(['a', '[masked]', 'b']);
});

it('a report is within what an event can carry, and has no control characters', () => {
  const lines = Array.from({ length: 500 }, () => `\u001b[31m${'x'.repeat(900)}`);
  const text = reportText([
    { heading: 'Log', lines },
    { heading: 'Empty', lines: [] },
  ]);
  expect(text.length).toBeLessThan(6_100);
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('Empty');
});
