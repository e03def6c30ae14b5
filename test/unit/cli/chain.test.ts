import { describe, expect, it } from 'vitest';
import { configAlone } from '../../../cli/chain.ts';

describe('the settings of functions in one process', () => {
  it('need no secret, whatever the environment names', () => {
    const files = ['WEBHOOK_TOKEN_FILE', 'WEBHOOK_BASIC_FILE', 'SIGNING_KEY_FILE', 'APPROVAL_KEY_FILE'] as const;
    const config = configAlone(Object.fromEntries(files.map((name) => [name, '/nowhere'])), 'memory:');
    expect(files.map((name) => config[name])).toEqual(['', '', '', '']);
    expect(config.LEDGER_URL).toBe('memory:');
  });

  it('let a model take several CPUs, unless the environment says how many', () => {
    expect(configAlone({}, 'none:').TRM_THREADS).toBeGreaterThan(0);
    expect(configAlone({ TRM_THREADS: '1' }, 'none:').TRM_THREADS).toBe(1);
  });
});
