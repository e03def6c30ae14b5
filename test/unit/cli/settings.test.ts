import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { misspelt, readSettings } from '../../../cli/run/settings.ts';
import type { SettingName } from '../../../shared/settings.ts';
import { GOOD_RUNBOOK, run, temporaryFolder } from '../../support/terminal.ts';

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
      readSettings({ RUNBOOK_DIR: GOOD_RUNBOOK, MODELS_DIR: ' models ', OIDC_TOKEN_FILE: '' }, '/nowhere').paths,
    ).toEqual({
      RUNBOOK_DIR: GOOD_RUNBOOK,
      MODELS_DIR: resolve('models'),
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
    [{ RUNBOOK_DIR: '/nowhere' }, 'RUNBOOK_DIR: there is no folder /nowhere'],
    [{ WEBHOOK_BASIC_FILE: '/nowhere' }, 'WEBHOOK_BASIC_FILE: cannot read the file /nowhere'],
    [{ APPROVAL_WEBHOOK_TEMPLATE_FILE: '/nowhere.yaml' }, '/nowhere.yaml:1: cannot be read'],
    [{ WEBHOOK_TOKEN_FILE: '/proc/x' }, 'WEBHOOK_TOKEN_FILE: cannot read the file /proc/x'],
    [{ SIGNING_KEY_FILE: '/proc/x' }, 'SIGNING_KEY_FILE: cannot read the file /proc/x'],
    [{ APPROVAL_KEY_FILE: '/etc/hostname' }, 'APPROVAL_KEY_FILE: the file /etc/hostname must hold one or 2 keys'],
  ])('%j cannot be used', (env, message) => {
    expect(() => readSettings(env, '/nowhere')).toThrow(message);
  });
});

/** Any text is a name of a model; a token's file may be missing; a cluster's file is asked for by --lambdas alone. */
type Free = 'GEMMA_MODEL' | 'OIDC_TOKEN_FILE' | 'KUBECONFIG';
const BAD: Readonly<Record<Exclude<SettingName, Free>, string>> = {
  PORT: '80800',
  LOG_LEVEL: 'loud',
  BODY_LIMIT_BYTES: '4MiB',
  ALLOWED_ORIGINS: 'https://a.example/console',
  K_SINK: 'broker:8080',
  K_CE_OVERRIDES: '{"extensions": 1}',
  K_CA_CERTS: '/etc/ca.pem',
  PUBLISH_TIMEOUT_MS: '60s',
  PUBLISH_RETRIES: '-1',
  DRAIN_TIMEOUT_MS: '1.5',
  RUNBOOK_DIR: '/nowhere',
  MODELS_DIR: '/nowhere',
  PROTECTED_NAMESPACES: 'pay_*',
  EPISODE_IGNORED_LABELS: 'replica; pod',
  EPISODE_WINDOW_MS: '30s',
  NONE_IS_FINAL: 'yes',
  TRM_ENABLED: 'on',
  GEMMA_ENABLED: 'no',
  RULES_ENABLED: '0',
  TRM_MAX_ITERATIONS: '0',
  TRM_MIN_CONFIDENCE: '90%',
  TRM_MIN_CONFIDENCE_MUTATING: '2',
  TRM_TIMEOUT_MS: '1',
  TRM_THREADS: 'all',
  GEMMA_MODEL_DIR: '/nowhere',
  GEMMA_MIN_CONFIDENCE: '-0.1',
  GEMMA_MIN_CONFIDENCE_MUTATING: 'high',
  GEMMA_MIN_CALL_PROBABILITY: '50',
  GEMMA_TIMEOUT_MS: '20s',
  GEMMA_THREADS: '1000',
  GEMMA_CACHE_MIB: '1GiB',
  GEMMA_CACHE_DIR: '/etc/hostname',
  GEMMA_BASE_URL: 'ollama:11434/v1',
  GEMMA_API_KEY_FILE: '/nowhere',
  GEMMA_TOOL_CHOICE: 'none',
  WEBHOOK_TOKEN_FILE: '/nowhere',
  WEBHOOK_BASIC_FILE: '/etc/hostname',
  SIGNING_KEY_FILE: '/etc/hostname',
  APPROVAL_KEY_FILE: '/nowhere',
  APPROVAL_TIMEOUT_MS: '15m',
  LEDGER_URL: 'localhost:6379',
  LEDGER_PASSWORD_FILE: '/nowhere',
  LEDGER_TIMEOUT_MS: '2s',
  AGENT_SRE_MODE: 'suggest',
  LAMBDA_DRY_RUN: 'true',
  LAMBDA_TIMEOUT_MS: '20',
  LAMBDA_MAX_REPLICAS: '0',
  LAMBDA_MIN_NODES: 'one',
  APPROVAL_WEBHOOK_URL: 'nope',
  APPROVAL_WEBHOOK_RECEIVER: 'teams',
  APPROVAL_WEBHOOK_TEMPLATE_FILE: '/nowhere',
  APPROVAL_WEBHOOK_PER_MINUTE: 'many',
  APPROVAL_LINK: '/console/',
  CONSOLE_TOKEN_FILE: '/nowhere',
  CONSOLE_DATA_DIR: '/etc/hostname',
  WEBHOOK_CONCURRENCY: '0',
};

describe('a value that cannot be used', () => {
  it.each(Object.entries(BAD))('is named by check, and at the start: %s=%s', async (name, value) => {
    const { exitCode, out } = await run(['check'], { env: { [name]: value } });
    expect([exitCode, out.split('\n').filter((line) => line.includes(name))]).toEqual([1, [expect.anything()]]);
    const started = () => readSettings({ RUNBOOK_DIR: GOOD_RUNBOOK, [name]: value }, '/nowhere').notes.join('\n');
    expect(orRefusal(started)).toContain(name);
  });

  it('is named beside every other', async () => {
    const env = { PORT: 'x', LEDGER_URL: 'x', WEBHOOK_CONCURRENCY: 'x' };
    const { out } = await run(['check'], { env });
    for (const name of Object.keys(env)) expect(out).toContain(`the environment: ${name} must be `);
  });

  it('does not name itself: it may be a secret', async () => {
    const { out } = await run(['check'], { env: { APPROVAL_WEBHOOK_URL: 'hooks.example/secret' } });
    expect(out).not.toContain('hooks.example');
  });
});

/** What a call answers, or why it refuses. */
function orRefusal(call: () => string): string {
  try {
    return call();
  } catch (error) {
    return String(error);
  }
}
