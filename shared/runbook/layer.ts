import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { type Fitting, type Problem, readChecked } from '../text/document.ts';
import { readFitting } from '../text/fitting.ts';
import { isBuiltRunbook } from './built.ts';
import type { LoadOptions } from './load.ts';
import { AlertsFile, CatalogueFile, type Entry, PolicyFile, PolicyOverlay, SituationsFile } from './schema.ts';

/** What a folder of a runbook may hold. */
export const LAYER_FILES = ['catalogue', 'policy', 'situations', 'alerts'] as const;
export type LayerFile = (typeof LAYER_FILES)[number];

/** The keys of files under which they declare things, and how deep these stand: functions.NAME, the entries of alerts. */
const DECLARING: readonly unknown[] = ['functions', 'targets', 'conditions', 'situations', 'alerts'];
const DECLARED = 2;

/** What one folder of a runbook holds; the first holds all, those behind it what they add or replace. */
export interface Layer {
  readonly directory: string;
  /** The names of all that stands in the folder. */
  readonly files: readonly string[];
  /** The build has checked it. */
  readonly isBuilt: boolean;
  /** What is there, or must be, and declares what cannot be read: nobody knows all of its names. */
  readonly broken: ReadonlySet<LayerFile>;
  readonly catalogue?: Fitting<CatalogueFile> | undefined;
  readonly policy?: Fitting<Partial<PolicyFile>> | undefined;
  readonly situations?: Fitting<SituationsFile> | undefined;
  /** The files of alerts/ but for its patterns. */
  readonly alerts: readonly Fitting<AlertsFile>[];
  readonly patterns: readonly Fitting<AlertsFile>[];
}

/** Reads one folder. What is wrong with it goes to `problems`. */
export function readLayer(
  directory: string,
  isOverlay: boolean,
  { entries }: Pick<LoadOptions, 'entries'>,
  problems: Problem[],
): Layer {
  const files = listDirectory(directory);
  if (files === undefined) return absentLayer(directory, problems);
  if (isOverlay) checkOverlay(directory, files, problems);
  const isBuilt = isBuiltRunbook(directory);
  const readFile = isBuilt ? readChecked : readFitting;
  const broken = new Set<LayerFile>();
  const read = <Schema extends TSchema>(name: LayerFile, schema: Schema) => {
    if (isOverlay && !files.some((file) => file === `${name}.yaml` || file === `${name}.json`)) return undefined;
    const source = readFile(documentPath(directory, name, problems), schema, problems);
    if (source === undefined || lacksNames(source)) broken.add(name);
    return source;
  };
  const declared = {
    catalogue: read('catalogue', CatalogueFile),
    policy: read('policy', isOverlay ? PolicyOverlay : PolicyFile),
    situations: read('situations', SituationsFile),
  };
  const before = problems.length;
  const entriesRead = readAlerts(directory, isOverlay, entries, readFile, problems);
  if (problems.length > before) broken.add('alerts');
  return { directory, files, isBuilt, broken, ...declared, ...entriesRead };
}

/** Whether something that the file declares was left out of it, and not only a part of that; an unknown key may be a misspelt one. */
function lacksNames({ leftOut }: Fitting<unknown>): boolean {
  return leftOut.some(([key, ...path]) => path.length === 0 || (path.length < DECLARED && DECLARING.includes(key)));
}

function absentLayer(directory: string, problems: Problem[]): Layer {
  const message = 'there is no such folder; name the one that holds the runbook';
  problems.push({ file: directory, line: 1, message });
  return { directory, files: [], isBuilt: false, broken: new Set(LAYER_FILES), alerts: [], patterns: [] };
}

function checkOverlay(directory: string, files: readonly string[], problems: Problem[]): void {
  if (files.some((file) => /^(alerts|(catalogue|policy|situations)\.(yaml|json))$/.test(file))) return;
  const message = 'contains no catalogue.yaml, policy.yaml, situations.yaml or alerts/';
  problems.push({ file: directory, line: 1, message });
}

// A file of which no entry is pinned is not parsed where only these are wanted: a thousand entries take seconds.
function readAlerts(
  directory: string,
  isOverlay: boolean,
  which: LoadOptions['entries'],
  readFile: typeof readFitting,
  problems: Problem[],
): Pick<Layer, 'alerts' | 'patterns'> {
  if (which === false) return { alerts: [], patterns: [] };
  const folder = join(directory, 'alerts');
  const files = (listDirectory(folder, { recursive: true }) ?? []).filter((path) => /\.(ya?ml|json)$/.test(path));
  if (files.length === 0 && which === true && !isOverlay)
    problems.push({ file: folder, line: 1, message: 'contains no alert entries (*.yaml)' });
  const wanted = files.filter((path) => which !== 'pinned' || isOverlay || mentionsPinned(join(folder, path)));
  const isPatterns = (path: string) => /^patterns\.(ya?ml|json)$/.test(path);
  const read = (paths: readonly string[]) =>
    paths
      .toSorted() // by code unit, so the same on every machine
      .flatMap((path) => readFile(join(folder, path), AlertsFile, problems, DECLARED) ?? [])
      .map((source) => withPinned(source, isOverlay));
  return { alerts: read(wanted.filter((path) => !isPatterns(path))), patterns: read(wanted.filter(isPatterns)) };
}

function mentionsPinned(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').includes('pinned');
  } catch {
    return true; // told when it is read as a document
  }
}

/** Each entry says itself whether it is pinned, as those of an overlay are by default; a pattern of names never is by its file. */
function withPinned(source: Fitting<AlertsFile>, isOverlay: boolean): Fitting<AlertsFile> {
  const { alerts, pinned: ofFile = isOverlay } = source.content;
  if (!ofFile) return source;
  const pinnedOf = ({ pinned, names }: Entry) => pinned ?? names !== undefined;
  return { ...source, content: { alerts: alerts.map((entry) => ({ ...entry, pinned: pinnedOf(entry) })) } };
}

// The build compiles the YAML of a bundle to JSON, which a function reads in a tenth of the time. Whoever lays a policy beside
// the compiled one must not go on with the old one unnoticed.
function documentPath(directory: string, name: string, problems: Problem[]): string {
  const [yaml, json] = [join(directory, `${name}.yaml`), join(directory, `${name}.json`)];
  const files = listDirectory(directory) ?? [];
  if (!files.includes(`${name}.json`)) return yaml;
  if (files.includes(`${name}.yaml`)) {
    problems.push({ file: yaml, line: 1, message: `stands beside ${name}.json: remove one of them` });
  }
  return json;
}

function listDirectory(directory: string, options?: { readonly recursive: boolean }): string[] | undefined {
  try {
    return readdirSync(directory, { encoding: 'utf8', ...options });
  } catch {
    return undefined;
  }
}
