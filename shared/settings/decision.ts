import { namespaceComplaint } from '../runbook/namespaces.ts';
import { flag, integer, labelComplaint, list, path, type Setting } from '../setting.ts';

/** What is decided by, and which tiers are asked. */
export const DECISION_SETTINGS = {
  RUNBOOK_DIR: path(
    'folders',
    'runbook',
    'Folder of catalogue.yaml, policy.yaml, situations.yaml and alerts/; or several with : between them, the shipped one first, then your own, which wins by name.',
  ),
  MODELS_DIR: path('a folder', 'models', 'Folder of trm.json, trm.onnx and tokenizer.json.'),
  PROTECTED_NAMESPACES: list(
    'More protected namespaces, beside those of policy.yaml, separated by commas. * stands for any characters, as in pay-*.',
    [],
    namespaceComplaint,
  ),
  EPISODE_IGNORED_LABELS: list(
    'Labels that only say which replica reports an alert, such as each Prometheus of a pair. Alerts that differ in nothing else are one episode.',
    ['prometheus_replica', 'replica', '__replica__', 'receive_replica', 'rule_replica', 'thanos_ruler_replica'],
    labelComplaint,
  ),
  EPISODE_WINDOW_MS: integer(
    30_000,
    0,
    3_600_000,
    'Starts of an alert are rounded down to a multiple of this, in milliseconds. So two reports of one start are one episode, unless a multiple lies between them. 0 does not round.',
  ),
  NONE_IS_FINAL: flag(
    true,
    'Whether "no action" ends the chain if the tier is sure of it. With false the next tier is asked.',
  ),
  TRM_ENABLED: flag(true, 'Whether trm-reason is asked. With false the tier before it asks the next one.'),
  GEMMA_ENABLED: flag(true, 'Whether gemma-fallback is asked. With false the tier before it asks the next one.'),
  RULES_ENABLED: flag(true, 'Whether rule-fallback is asked. With false the tier before it ends the chain.'),
} as const satisfies Record<string, Setting<unknown>>;
