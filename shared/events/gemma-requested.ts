import { defineRequest } from './request.ts';

/** Its dead letters go to rule-fallback. */
export const gemmaRequested = defineRequest('io.homelab.agent-sre.gemma.requested', 'the tier before', [
  'gemma-fallback',
  'rule-fallback',
]);
