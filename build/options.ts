import type { BuildOptions } from 'esbuild';
import { ROOT } from './project.ts';

/** How all that runs on Node is bundled. */
export const NODE_OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  // Half the text is half the memory that it takes; names stay, for stack traces. Comments in other letters than Latin would
  // make V8 hold the whole text at two bytes a letter.
  minifyWhitespace: true,
  lineLimit: 160, // Node shows the line that threw
  legalComments: 'linked',
} as const satisfies BuildOptions;

/** The same for a bundle that start.cjs runs as a script, which can only require. */
export function scriptOptions(runbookHash: string) {
  return {
    ...NODE_OPTIONS,
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: {
      'import.meta.dirname': '__dirname', // an ES module's words for what CommonJS calls __dirname
      BUILT_RUNBOOK_HASH: JSON.stringify(runbookHash),
    },
  } as const satisfies BuildOptions;
}
