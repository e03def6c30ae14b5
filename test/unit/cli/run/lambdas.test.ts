import { describe, expect, it } from 'vitest';
import { lambdaSettings } from '../../../../cli/run/lambdas.ts';
import type { Options } from '../../../../cli/run/options.ts';

describe('a Lambda function beside npm start', () => {
  it.each<[string, boolean, string | undefined, string]>([
    ['that a Trigger names is a dry run', false, undefined, 'server'],
    ['of --lambdas is a dry run', true, undefined, 'server'],
    ['acts where the setting says so too', true, 'off', 'off'],
  ])('%s', (_, lambdas, dryRun, expected) => {
    const env = { KUBECONFIG: '/etc/hostname', LAMBDA_DRY_RUN: dryRun };
    expect(lambdaSettings({ lambdas } as Options, env)).toEqual({ LAMBDA_DRY_RUN: expected });
  });

  it.each([
    ['unset', undefined, '--lambdas needs a cluster to act on (set KUBECONFIG'],
    ['a file that is not there', '/nowhere', '--lambdas needs the file of KUBECONFIG, and there is no /nowhere (set'],
  ])('is refused where KUBECONFIG is %s', (_, KUBECONFIG, says) => {
    expect(() => lambdaSettings({ lambdas: true } as Options, { KUBECONFIG })).toThrow(says);
  });
});
