import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal, put } from '../../broker/journal.ts';
import { FIXTURES, GOOD_RUNBOOK, temporaryFolder } from '../support/terminal.ts';

/** As long as a name can be, and an id made of it. */
const JOB = `restic-${'2893412-'.repeat(28)}x`;
const ALERTNAME = `KubeJobFailed${'OfTheNightlyBackup'.repeat(8)}`;
const EPISODE = `${'e'.repeat(16)}.1795401060000`;

async function dataFolder(): Promise<string> {
  const data = temporaryFolder({});
  mkdirSync(join(data, 'history'));
  const call = { lambda_function: 'job-rerun', parameters: `name=${JOB} namespace=backup` };
  const record = { id: '1', time: '2026-11-23T02:31:00Z', episode: EPISODE, outcome: 'asked for', ...call };
  const text = `asked for job-rerun name=${JOB}`;
  const line = { ...record, alertname: ALERTNAME, namespace: 'backup', target: `backup/${JOB}`, text };
  writeFileSync(join(data, 'history/decisions.jsonl'), `${JSON.stringify(line)}\n`);
  const attributes = { specversion: '1.0', id: EPISODE, source: '/x', type: 'io.homelab.prometheus.alert.fired' };
  const body = Buffer.from(JSON.stringify({ labels: { alertname: ALERTNAME, namespace: 'backup', pod: JOB } }));
  const event = { attributes, contentType: 'application/json', body, passed: {} };
  const journal = await openJournal(join(data, 'events'), false);
  await journal.commit([put('undelivered', 1, { trigger: 't', event, stage: 'deadletter', tried: 1, why: 'x' })]);
  await journal.close();
  return data;
}

const RULES = `groups: [{ name: g, rules: [{ alert: ${ALERTNAME}, expr: up, labels: { namespace: b, pod: ${JOB} } }] }]`;

it.each<[command: string, whole: readonly string[]]>([
  ['history --data DATA', [ALERTNAME, `backup/${JOB}`, EPISODE]],
  ['queue list --data DATA', [ALERTNAME, `backup/${JOB}`, EPISODE]],
  ['coverage RULES', [ALERTNAME]],
  [`decide alertname=${ALERTNAME} namespace=backup job_name=${JOB} deployment=${JOB}`, [ALERTNAME]],
])('%s shows every row on one line where no terminal shows it', async (command, whole) => {
  const data = await dataFolder();
  const rules = join(data, 'rules.yaml');
  writeFileSync(rules, RULES);
  const places: Readonly<Record<string, string>> = { DATA: data, RULES: rules };
  const args = command.split(' ').map((arg) => places[arg] ?? arg);
  const { stdout, stderr } = spawnSync(process.execPath, ['bin/agent-sre.mjs', ...args], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '80', RUNBOOK_DIR: GOOD_RUNBOOK, MODELS_DIR: join(FIXTURES, 'no-model') },
  });
  expect(stderr).toBe('');
  const lines = stdout.split('\n');
  expect(lines.some((line) => whole.every((part) => line.includes(part)))).toBe(true);
});
