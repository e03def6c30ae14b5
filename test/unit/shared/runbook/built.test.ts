import { describe, expect, it } from 'vitest';
import { folderHash, isBuiltRunbook } from '../../../../shared/runbook/built.ts';
import { GOOD_RUNBOOK, temporaryFolder } from '../../../support/terminal.ts';

const FILES = { 'policy.json': '{}', 'alerts/alerts.json': '[]' };
const hashOf = (files: Readonly<Record<string, string>>) => folderHash(temporaryFolder(files));

describe('the hash of a folder', () => {
  it('is the same for the same files', () => {
    expect(hashOf(FILES)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf(FILES)).toBe(hashOf({ ...FILES }));
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a changed file', { ...FILES, 'policy.json': '{ }' }],
    ['one more file', { ...FILES, 'policy.yaml': '' }],
    ['a file that is gone', { 'policy.json': '{}' }],
    ['a file in another place', { 'policy.json': '{}', 'alerts.json': '[]' }],
    ['content that has moved to the file behind', { 'policy.json': '', 'alerts/alerts.json': '{}[]' }],
  ])('differs by %s', (_, files) => {
    expect(hashOf(files)).not.toBe(hashOf(FILES));
  });

  it('is none of a folder that is not there', () => {
    expect(folderHash('/nowhere')).toBeUndefined();
  });
});

it('where nothing is bundled, every runbook is checked', () => {
  expect(isBuiltRunbook(GOOD_RUNBOOK)).toBe(false);
});
