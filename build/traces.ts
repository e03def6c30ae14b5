/** OpenTelemetry in the bundles: apart from what runs without it, and no more of it than is used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { ROOT } from './project.ts';

/** The source that is bundled by itself, and its file beside the bundle of a function. */
export const TRACES = { source: 'shared/traces/otlp.ts', file: 'traces' } as const;

/** Has a function's bundle ask for the file when it is needed: within the bundle every start would read it. */
export const tracesApart: Plugin = {
  name: 'traces-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/otlp\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${TRACES.file}.js`, external: true } : undefined,
    );
  },
};

/**
 * Takes the ES modules of OpenTelemetry's packages, of which a bundler leaves out what nobody asks for: 100 KB. Their CommonJS,
 * which esbuild would take for Node, is 500 KB and takes four times as long at a start.
 */
export const smallOpenTelemetry: Plugin = {
  name: 'small-opentelemetry',
  setup({ onResolve }) {
    onResolve({ filter: /^@opentelemetry\/[^/]+$/ }, ({ path, importer }) => {
      const asks = importer.endsWith(TRACES.source) || importer.includes('node_modules/@opentelemetry/');
      const folder = join(ROOT, 'node_modules', path);
      const { module } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { module?: string };
      return asks && module !== undefined ? { path: join(folder, module), sideEffects: false } : undefined;
    });
  },
};
