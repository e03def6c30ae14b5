/**
 * `npm run test:whole-way`: from a rule that fires to a verified remediation, with real parts only. It starts the bench of
 * test/knative and runs the test inside its network, where the parts reach each other.
 */
import { spawnSync } from 'node:child_process';
import { KNX } from '../knative/bench.ts';
import { installServing } from '../knative/kinds.ts';
import setUpKnative from '../knative/setup.ts';

const takeDown = setUpKnative();
if (process.env.KNATIVE_OBSTACLE === undefined) {
  await installServing();
  const { status } = spawnSync(KNX, ['npx', 'vitest', 'run', '--config', 'vitest.whole-way.config.ts'], {
    stdio: 'inherit',
  });
  takeDown?.();
  process.exitCode = status ?? 1;
}
