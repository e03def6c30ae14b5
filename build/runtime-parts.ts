import type { Plugin } from 'esbuild';

const PARTS = 'agent-sre-runtime-parts';

/**
 * What faas-js-runtime brings and no function uses: what a bundle has in its place.
 *
 * - fastify-raw-body is for its option `includeRaw`; with it come the tables of iconv-lite, a fifth of a bundle's text.
 * - overload-protection is for its own probes, and measures the event loop 200 times a second, also where nothing happens: 1 %
 *   of a core for each function that waits.
 * - its registry, which nobody can read, collects the metrics of the process that a function's own has already.
 */
const IN_PLACE: Readonly<Record<string, string>> = {
  'fastify-raw-body': '',
  'overload-protection': 'module.exports = () => () => undefined;',
  'prom-client': "module.exports = { ...require('prom-client'), collectDefaultMetrics: () => undefined };",
};

const UNUSED = new RegExp(`^(?:${Object.keys(IN_PLACE).join('|')})$`);

/** Leaves out what the runtime does for nobody. Other modules get what they ask for. */
export const withoutUnusedParts: Plugin = {
  name: 'without-unused-parts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: UNUSED }, ({ path, importer }) =>
      importer.includes('/faas-js-runtime/') ? { path, namespace: PARTS } : undefined,
    );
    onLoad({ filter: /./, namespace: PARTS }, ({ path }) => ({
      contents: IN_PLACE[path] ?? '',
      resolveDir: import.meta.dirname,
    }));
  },
};
