import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig, readSecretFile } from '../../../shared/config.ts';
import { SETTINGS } from '../../../shared/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'asre-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('readConfig', () => {
  it('gives every default for an empty environment', () => {
    const defaults = Object.entries(SETTINGS).map(([name, { fallback }]) => [name, fallback]);
    expect(readConfig({})).toEqual(Object.fromEntries(defaults));
  });

  it('takes an empty or blank variable for one that is not set: SinkBinding sets empty ones', () => {
    expect(readConfig({ K_CE_OVERRIDES: '', PORT: '  ' })).toMatchObject({ K_CE_OVERRIDES: '', PORT: 8080 });
  });

  it.each([
    ['PORT', '9000', 9000],
    ['PORT', ' 9000 ', 9000],
    ['TRM_THREADS', '08', 8],
    ['NONE_IS_FINAL', 'false', false],
    ['TRM_MIN_CONFIDENCE', '0.75', 0.75],
    ['TRM_MIN_CONFIDENCE', '0', 0],
    ['TRM_MIN_CONFIDENCE', '.5', 0.5],
    ['TRM_MIN_CONFIDENCE', '1.0', 1],
    ['PROTECTED_NAMESPACES', 'db, vault,,', ['db', 'vault']],
    ['LOG_LEVEL', 'debug', 'debug'],
    ['RUNBOOK_DIR', '/runbook', '/runbook'],
  ] as const)('reads %s=%j', (name, text, expected) => {
    expect(readConfig({ [name]: text })[name]).toEqual(expected);
  });

  it.each([
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '80.5', 'a whole number'],
    ['PORT', '80.0', 'a whole number'],
    ['PORT', '0x10', 'a whole number from 0 to 65535, in decimal digits'],
    ['BODY_LIMIT_BYTES', '1e6', 'a whole number'],
    ['LAMBDA_MAX_REPLICAS', '0b11', 'a whole number'],
    ['LAMBDA_MAX_REPLICAS', '+5', 'a whole number'],
    ['LAMBDA_MAX_REPLICAS', '1_000', 'a whole number'],
    ['PUBLISH_TIMEOUT_MS', '30s', 'a whole number'],
    ['TRM_ENABLED', 'TRUE', 'true or false'],
    ['TRM_ENABLED', '1', 'true or false'],
    ['TRM_MIN_CONFIDENCE', '1.5', 'a number from 0 to 1'],
    ['TRM_MIN_CONFIDENCE', 'NaN', 'a number from 0 to 1'],
    ['TRM_MIN_CONFIDENCE', '9e-1', 'a number from 0 to 1, in decimal digits'],
    ['TRM_MIN_CONFIDENCE', '0x1', 'a number from 0 to 1'],
    ['TRM_MIN_CONFIDENCE', '.', 'a number from 0 to 1'],
    ['LOG_LEVEL', 'verbose', 'one of fatal, error'],
    [
      'EPISODE_IGNORED_LABELS',
      'replica,alertname',
      'names of labels without alertname: alerts of all names would be one episode',
    ],
    ['PROTECTED_NAMESPACES', 'db,Shop', 'names of namespaces or patterns'],
    ['PROTECTED_NAMESPACES', 'shop;db', 'names of namespaces or patterns'],
  ])('refuses %s=%j and says what it takes', (name, text, expectation) => {
    const expected = {
      code: 'ASRE_CONFIG_INVALID',
      message: expect.stringContaining(`${name} must be ${expectation}`),
    };
    expect(() => readConfig({ [name]: text })).toThrow(expect.objectContaining(expected));
  });

  it('does not repeat a value that it refuses: it could be a secret', () => {
    expect(() => readConfig({ PORT: 'hunter2' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});

describe('readSecretFile', () => {
  it.each([
    ['s3cret', 's3cret'],
    ['s3cret\n', 's3cret'],
  ])('%j: %j', (content, expected) => {
    writeFileSync(join(folder, 'secret'), content);
    expect(readSecretFile('WEBHOOK_TOKEN_FILE', join(folder, 'secret'))).toBe(expected);
  });

  it.each([
    ['an empty file', 'empty', 'is empty'],
    ['no file', 'nowhere', 'cannot read the file'],
  ])('refuses %s and names the setting', (_, name, says) => {
    writeFileSync(join(folder, 'empty'), '\n');
    const read = () => readSecretFile('WEBHOOK_TOKEN_FILE', join(folder, name));
    expect(read).toThrow(new RegExp(`WEBHOOK_TOKEN_FILE: .*${says}`));
  });
});
