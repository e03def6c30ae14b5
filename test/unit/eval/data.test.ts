import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALERTS, CORPUS, makeRows, OWN } from '../../../eval/data/make.ts';
import { type Expected, readLabelled } from '../../../eval/dataset.ts';
import { ownLabels } from '../../../shared/alert/own-labels.ts';
import { resolveParameters } from '../../../shared/runbook/decide.ts';
import { isGrounded } from '../../../shared/runbook/ground.ts';
import { loadRunbook } from '../../../shared/runbook/load.ts';
import { isMutating } from '../../../shared/runbook/runbook.ts';
import { SHIPPED_RUNBOOK } from '../../support/shipped-runbook.ts';

const runbook = loadRunbook(SHIPPED_RUNBOOK, { entries: true });
const rows = readLabelled(ALERTS);
const lines = readFileSync(ALERTS, 'utf8').trimEnd().split('\n');
const sources = lines.map((line) => (JSON.parse(line) as { source: string }).source);
const own = rows.filter((_, index) => sources[index] === OWN);
const answers = rows.flatMap(({ id, alert, expected, also }) =>
  [expected, ...also].map((answer) => ({ id, alert, answer })),
);
const topicOf = (id: string) => id.replace(/^own-|-\d+$/g, '');

/** The call that an answer asks for, filled from the alert's own labels. */
function callOf({ lambda_function, parameters }: Expected, alert: (typeof rows)[number]['alert']) {
  const resolved = resolveParameters(parameters, ownLabels(runbook.policy, alert));
  return lambda_function === null ? undefined : { lambda_function, parameters: resolved };
}

describe('eval/data/alerts.jsonl', () => {
  it('holds at least 620 alerts, at least 340 of them written for it', () => {
    expect(rows.length).toBeGreaterThanOrEqual(620);
    expect(own.length).toBeGreaterThanOrEqual(340);
    expect(new Set(sources)).toEqual(new Set([OWN, CORPUS]));
  });

  it('has each id and each alert name once', () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(new Set(rows.map(({ alert }) => alert.alertname)).size).toBe(rows.length);
  });

  it('holds the rows that make.ts makes of the corpus', () => {
    expect(lines.filter((_, index) => sources[index] === CORPUS)).toEqual(makeRows(runbook));
  });

  it('expects only calls that satisfy the schema and that some situation decides on', () => {
    const bad = answers.filter(({ alert, answer }) => {
      const call = callOf(answer, alert);
      if (call === undefined) return false;
      const complaint = runbook.catalogue.get(call.lambda_function)?.complaint(call.parameters);
      return complaint !== undefined || !isGrounded(runbook, alert, call);
    });
    expect(bad.map(({ id }) => id)).toEqual([]);
  });

  it('expects no function in 40 to 50 % of the alerts', () => {
    const none = rows.filter(({ expected }) => expected.lambda_function === null);
    expect(none.length / rows.length).toBeGreaterThan(0.4);
    expect(none.length / rows.length).toBeLessThan(0.5);
  });

  it('expects every function of the catalogue at least ten times', () => {
    const counts = [...runbook.catalogue.keys()].map((name) => ({
      name,
      count: rows.filter(({ expected }) => expected.lambda_function === name).length,
    }));
    expect(counts.filter(({ count }) => count < 10)).toEqual([]);
  });

  it('is written about every situation, and at least 20 times about each that may be mutating', () => {
    const situations = [...runbook.situations.values()].filter(({ name }) => name !== 'flux-object');
    const few = situations.filter(({ name, cases }) => {
      const changes = cases.some((each) => each.do !== 'none' && isMutating(runbook.catalogue, each.do));
      return own.filter(({ id }) => topicOf(id) === name).length < (changes ? 20 : 8);
    });
    expect(few.map(({ name }) => name)).toEqual([]);
  });

  it('shares next to no alert name with the runbook where it is written for it, and few where not', () => {
    const known = new Set(runbook.entries.flatMap(({ names = [] }) => names));
    const shared = (some: typeof rows) => some.filter(({ alert }) => known.has(alert.alertname)).length;
    expect(shared(own)).toBeLessThan(0.01 * own.length);
    expect(shared(rows)).toBeLessThan(0.05 * rows.length);
  });
});
