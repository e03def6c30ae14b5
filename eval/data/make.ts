/** Writes the rows of alerts.jsonl that come from the corpus; those in the project's own words stay as they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Labels, parseAlert } from '../../shared/alert/alert.ts';
import { ownLabels } from '../../shared/alert/own-labels.ts';
import { decideSituation } from '../../shared/runbook/decide.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import type { Runbook } from '../../shared/runbook/runbook.ts';
import { BENCHMARK_SOURCE } from '../../training/data/corpus.ts';
import { createRandom, type Random } from '../../training/data/random.ts';
import { labelValueFor, workloadName } from '../../training/data/values.ts';
import type { Expected } from '../dataset.ts';

/** The origin of a row, as alerts.jsonl records it: written for it, or a rule of the corpus. */
export const OWN = 'own';
export const CORPUS = `training/corpus ${BENCHMARK_SOURCE}`;
export const ALERTS = join(import.meta.dirname, 'alerts.jsonl');
const UNSEEN = join(import.meta.dirname, '../../training/corpus/unseen.jsonl');
const SEED = 113;

interface Rule {
  readonly id: string;
  readonly source: number;
  readonly name: string;
  readonly situation: string;
  readonly labels: readonly string[];
  readonly says?: string;
  readonly also?: readonly string[];
}

/** A line of alerts.jsonl for each alert name of the source: fired with made-up values, labelled by what the runbook decides. */
export function makeRows(runbook: Runbook): string[] {
  return readRules().map((rule, index) => JSON.stringify(fire(runbook, rule, createRandom(SEED + index))));
}

/** One rule a name, so that rows are independent: the one with a text where there are two. */
function readRules(): Rule[] {
  const lines = readFileSync(UNSEEN, 'utf8').split('\n').filter(Boolean);
  const rules = lines.map((line) => JSON.parse(line) as Rule).filter(({ source }) => source === BENCHMARK_SOURCE);
  const byName = new Map<string, Rule>();
  for (const rule of rules) {
    const name = alertNameOf(rule.name);
    if (name !== undefined && byName.get(name)?.says === undefined) byName.set(name, { ...rule, name });
  }
  return [...byName.values()];
}

function fire(runbook: Runbook, rule: Rule, random: Random) {
  const workload = workloadName(rule.situation, random);
  const value = (key: string) => (key === 'job' ? jobOf(rule, workload) : labelValueFor(key, workload, random));
  const made = rule.labels.map((key) => [key, value(key)] as const);
  const labels = { alertname: rule.name, ...Object.fromEntries(made) };
  const own = ownLabels(runbook.policy, parseAlert({ labels }));
  return {
    id: rule.id,
    alert: { labels, annotations: rule.says === undefined ? {} : { description: fill(rule.says, labels, random) } },
    expected: answer(runbook, rule.situation, own),
    also: (rule.also ?? []).map((situation) => answer(runbook, situation, own)),
    source: CORPUS,
  };
}

// A job that is drawn like the others may name a scraper, whose instance is not a host then.
function jobOf({ situation }: Rule, workload: string): string {
  return situation === 'host' || situation === 'node-fault' ? 'node-exporter' : `${workload}-exporter`;
}

/** Some rules were written by code, whose punctuation the corpus kept; a variable in place of a name is none. */
function alertNameOf(written: string): string | undefined {
  const [name = ''] = /^\w+/.exec(written) ?? [];
  return name === 'name' ? undefined : name;
}

function answer(runbook: Runbook, name: string, labels: Labels): Expected {
  const situation = runbook.situations.get(name);
  if (situation === undefined) throw new Error(`the runbook has no situation "${name}"`);
  const decided = decideSituation(runbook, situation, labels);
  if (decided.call === undefined) return { lambda_function: null, parameters: {} };
  return { lambda_function: decided.call.lambda_function, parameters: decided.templates };
}

function fill(text: string, labels: Labels, random: Random): string {
  return text
    .replaceAll(/\{\{\s*\$labels\.(\w+)\s*\}\}/g, (_, key: string) => labels[key] ?? '')
    .replaceAll(/\{\{[^}]*\}\}/g, () => String(random.below(100)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const own = readFileSync(ALERTS, 'utf8').split('\n').filter(Boolean);
  const kept = own.filter((line) => (JSON.parse(line) as { source: string }).source === OWN);
  writeFileSync(ALERTS, `${[...kept, ...makeRows(loadRunbook('runbook', { entries: false }))].join('\n')}\n`);
}
