import { defineRequest } from './request.ts';

/** Its dead letters go to gemma-fallback. */
export const trmRequested = defineRequest('io.homelab.agent-sre.trm.requested', 'alert-router, or the tier before', [
  'trm-reason',
  'gemma-fallback',
]);
