/** `npm run verify:manifests`: every overlay as kubectl would apply it, without a cluster and without a network. */
import { stringify } from 'yaml';
import { parseEventing } from '../../eventing/trigger.ts';
import type { Manifest } from '../kubernetes.ts';
import { checkAccess } from './access.ts';
import { checkFlow } from './flow.ts';
import { checkReferences } from './references.ts';
import { OVERLAYS, render } from './render.ts';
import { checkSchema } from './schemas.ts';

/** What is wrong with an overlay. */
export function verify(manifests: readonly Manifest[]): string[] {
  const eventing = manifests.filter(({ kind }) => kind === 'Broker' || kind === 'Trigger');
  const { triggers } = parseEventing([
    { name: 'overlay', text: eventing.map((each) => stringify(each)).join('---\n') },
  ]);
  return [
    ...manifests.flatMap(checkSchema),
    ...checkFlow(triggers),
    ...checkReferences(manifests),
    ...checkAccess(manifests),
  ];
}

if (process.argv[1]?.endsWith('verify/main.ts')) {
  const problems = OVERLAYS.flatMap((overlay) => {
    const { manifests } = render(overlay);
    const found = verify(manifests);
    console.log(
      `${overlay}: ${manifests.length} objects, ${found.length === 0 ? 'no problems' : `${found.length} problems`}`,
    );
    return found.map((problem) => `${overlay}: ${problem}`);
  });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
