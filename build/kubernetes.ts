import type { Plugin } from 'esbuild';

/**
 * Of @kubernetes/client-node a Lambda needs what reads a kubeconfig. That file imports the generated API for one method that is
 * not called, `makeApiClient`: 1,500 files that would take 0.6 MB of a bundle and 11 MB of memory at start.
 */
export const withoutGeneratedApi: Plugin = {
  name: 'without-generated-api',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      importer.includes('@kubernetes/client-node') ? { path: 'nothing', namespace: 'agent-sre-kubernetes' } : undefined,
    );
    const contents = 'export const createConfiguration = undefined, ServerConfiguration = undefined;';
    onLoad({ filter: /./, namespace: 'agent-sre-kubernetes' }, () => ({ contents }));
  },
};
