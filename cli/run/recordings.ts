import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EpisodeSettings, episodeOf, parseAlert } from '../../shared/alert/alert.ts';
import { isObject } from '../../shared/json.ts';
import { alertText } from '../read-ending.ts';
import { UserError } from '../verb.ts';

/** A recorded notification that fires now, and those of its alerts that fire. */
export interface Recording {
  readonly payload: Record<string, unknown>;
  readonly firing: readonly { readonly episode: string; readonly alert: string }[];
}

/** Reads every *.json of the folder as a notification of Alertmanager that fires at `now`. @throws {UserError} */
export function readRecordings(folder: string, now: Date, settings: EpisodeSettings): Recording[] {
  const recordings = jsonFiles(folder).flatMap((file) => {
    const payload = readJson(file);
    return isObject(payload) && Array.isArray(payload.alerts) ? [refresh(payload, now, settings)] : [];
  });
  if (recordings.length > 0) return recordings;
  throw new UserError(
    `${folder} contains no recorded notification`,
    'a *.json with "alerts"; name the folder by --alerts',
  );
}

function jsonFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => join(folder, name));
  } catch {
    throw new UserError(`cannot read the folder ${folder}`, 'name the one with the recorded alerts by --alerts');
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UserError(`${file} is not JSON`, 'check it with a JSON linter');
  }
}

// A recorded alert becomes a new episode: it fires now.
function refresh(payload: Record<string, unknown>, now: Date, settings: EpisodeSettings): Recording {
  const alerts = (Array.isArray(payload.alerts) ? payload.alerts.filter(isObject) : []).map((alert) =>
    alert.status === 'resolved' ? alert : { ...alert, startsAt: now.toISOString() },
  );
  const firing = alerts.filter((alert: Record<string, unknown>) => alert.status !== 'resolved');
  return {
    payload: { ...payload, alerts },
    firing: firing.map((alert: Record<string, unknown>) => ({
      episode: episodeOf(parseAlert(alert), settings).correlationId,
      alert: alertText(alert),
    })),
  };
}
