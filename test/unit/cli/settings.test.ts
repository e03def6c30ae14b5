import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { misspelt, readSettings } from '../../../cli/run/settings.ts';
import { GOOD_RUNBOOK, temporaryFolder } from '../../support/terminal.ts';

describe('a variable that is not a setting', () => {
  it.each([
    ['PROTECTED_NAMESPACE', 'PROTECTED_NAMESPACES'],
    ['RUNBOOK_DIRS', 'RUNBOOK_DIR'],
    ['TMR_ENABLED', 'TRM_ENABLED'],
    ['WEBHOOK_TOKEN', 'WEBHOOK_TOKEN_FILE'],
    ['TRM_MIN_CONFIDENT', 'TRM_MIN_CONFIDENCE'],
  ])('%s is told, with the nearest name', (name, nearest) => {
    expect(misspelt({ [name]: 'x' })).toEqual([
      `${name} is not a setting of agent-sre and changes nothing; did you mean ${nearest}?`,
    ]);
  });

  it.each([
    'PATH',
    'PWD',
    'PORT',
    'LOG_LEVEL',
    'TERM',
    'HOME',
    'K_REVISION',
    'K_SERVICE',
    'npm_config_cache',
    'COLUMNS',
  ])('%s is left alone', (name) => expect(misspelt({ [name]: 'x' })).toEqual([]));
});

describe('the settings of the functions', () => {
  it('name files by absolute paths, those that are set', () => {
    expect(
      readSettings({ RUNBOOK_DIR: GOOD_RUNBOOK, MODELS_DIR: ' no-model ', OIDC_TOKEN_FILE: '' }, '/nowhere').paths,
    ).toEqual({
      RUNBOOK_DIR: GOOD_RUNBOOK,
      MODELS_DIR: resolve('no-model'),
    });
  });

  it('has a model that cannot be used only where its tier is on', () => {
    const changed = temporaryFolder({ 'trm.json': '{}' });
    const env = { RUNBOOK_DIR: GOOD_RUNBOOK, MODELS_DIR: changed };
    expect(() => readSettings(env, '/nowhere')).toThrow(/trm\.json must have required property/);
    expect(readSettings({ ...env, TRM_ENABLED: 'false' }, '/nowhere').notes).toEqual([]);
  });

  it('tell that the catalogue has outgrown the model, which then decides nothing', () => {
    const env = { RUNBOOK_DIR: GOOD_RUNBOOK, MODELS_DIR: 'models' };
    expect(readSettings(env, '/nowhere').notes).toEqual([expect.stringMatching(/^the model was trained for another/)]);
    expect(readSettings({ ...env, TRM_ENABLED: 'false' }, '/nowhere').notes).toEqual([]);
  });

  it.each([
    [{ TRM_THREADS: 'many' }, 'TRM_THREADS must be a whole number'],
    [{ PROTECTED_NAMESPACES: 'Shop' }, 'PROTECTED_NAMESPACES must be names of namespaces'],
    [{ RUNBOOK_DIR: '/nowhere' }, '/nowhere/catalogue.yaml:1: cannot be read'],
    [{ WEBHOOK_BASIC_FILE: '/nowhere' }, 'WEBHOOK_BASIC_FILE: cannot read the file /nowhere'],
    [{ APPROVAL_WEBHOOK_TEMPLATE_FILE: '/nowhere.yaml' }, '/nowhere.yaml:1: cannot be read'],
    [{ WEBHOOK_TOKEN_FILE: '/proc/x' }, 'WEBHOOK_TOKEN_FILE: cannot read the file /proc/x'],
    [{ SIGNING_KEY_FILE: '/proc/x' }, 'SIGNING_KEY_FILE: cannot read the file /proc/x'],
    [{ APPROVAL_KEY_FILE: '/etc/hostname' }, 'APPROVAL_KEY_FILE: the file /etc/hostname must hold one or 2 keys'],
  ])('%j cannot be used', (env, message) => {
    expect(() => readSettings(env, '/nowhere')).toThrow(message);
  });
});
