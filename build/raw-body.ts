import type { Plugin } from 'esbuild';

/**
 * faas-js-runtime imports fastify-raw-body for an option that is not used here, `includeRaw`; with it come the tables of
 * iconv-lite, a fifth of a bundle's text.
 */
export const withoutRawBody: Plugin = {
  name: 'without-raw-body',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^fastify-raw-body$/ }, ({ path }) => ({ path, namespace: 'agent-sre-raw-body' }));
    onLoad({ filter: /./, namespace: 'agent-sre-raw-body' }, () => ({ contents: '' }));
  },
};
