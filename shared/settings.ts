import type { Setting } from './setting.ts';
import { DECISION_SETTINGS } from './settings/decision.ts';
import { HOST_SETTINGS } from './settings/host.ts';
import { MODEL_SETTINGS } from './settings/models.ts';
import { PEOPLE_SETTINGS } from './settings/people.ts';
import { REMEDIATION_SETTINGS } from './settings/remediation.ts';
import { SECRET_SETTINGS } from './settings/secrets.ts';

/** Every environment variable that agent-sre reads; `docs/configuration.md` is generated from this table. */
export const SETTINGS = {
  ...HOST_SETTINGS,
  ...DECISION_SETTINGS,
  ...MODEL_SETTINGS,
  ...SECRET_SETTINGS,
  ...REMEDIATION_SETTINGS,
  ...PEOPLE_SETTINGS,
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
