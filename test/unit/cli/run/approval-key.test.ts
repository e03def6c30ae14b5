import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { approvalKey } from '../../../../cli/run/approval-key.ts';
import { temporaryFolder } from '../../../support/terminal.ts';

const unset = { APPROVAL_KEY_FILE: '' };

it('makes a key that only its user reads, once', () => {
  const data = temporaryFolder({});
  const file = join(data, 'approval-key');
  expect(approvalKey(unset, data)).toEqual({ APPROVAL_KEY_FILE: file });
  const key = readFileSync(file, 'utf8');
  expect(key).toMatch(/^[\w-]{43}\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  approvalKey(unset, data);
  expect(readFileSync(file, 'utf8')).toBe(key);
});

it('leaves the key of the setting alone', () => {
  expect(approvalKey({ APPROVAL_KEY_FILE: '/run/keys' }, '/nowhere')).toEqual({});
});

it('does not start on a file that holds no key', () => {
  const data = temporaryFolder({ 'approval-key': '' });
  expect(() => approvalKey(unset, data)).toThrow(/approval-key is empty/);
  writeFileSync(join(data, 'approval-key'), 'short');
  expect(() => approvalKey(unset, data)).toThrow(/must hold one or 2 keys/);
});
