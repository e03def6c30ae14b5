import { defineRequest } from './request.ts';

/** Its dead letters go to alert-router. */
export const rulesRequested = defineRequest('io.homelab.agent-sre.rules.requested', 'the tier before', [
  'rule-fallback',
  'alert-router',
]);
