/** What the README shows is what the programs print. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/command.ts';
import { endingLine } from '../../cli/ending.ts';
import { statusText } from '../../cli/run/status.ts';
import metadata from '../../package.json' with { type: 'json' };
import { isBuilt } from '../support/runner.ts';
import { ROOT } from './sources.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const DEMO_LIMIT_MS = 120_000;

/** The code block with this line, from that line on. */
function blockFrom(line: string): string[] {
  const start = readme.indexOf(`\n${line}`) + 1;
  expect(start, `the README shows "${line}"`).toBeGreaterThan(0);
  return readme.slice(start, readme.indexOf('\n```', start)).split('\n');
}

function cells(row: string): string[] {
  return row
    .trim()
    .split(/ {2,}/)
    .map((cell) => cell.trim());
}

/** A cell of the README that ends in … is the beginning of what is printed. */
function agrees(shown: readonly string[], printed: readonly string[]): boolean {
  return (
    shown.length === printed.length &&
    shown.every((cell, index) =>
      cell.endsWith('…') ? printed[index]?.startsWith(cell.slice(0, -1)) : cell === printed[index],
    )
  );
}

describe.skipIf(!isBuilt())('what the README shows of decisions', () => {
  let printed: string[][];

  beforeAll(async () => {
    const out: string[] = [];
    const terminal = { stdin: Readable.from([]), env: {}, width: 400, now: () => new Date(), progress: () => {} };
    await runCommand(['demo'], { ...terminal, out: (text) => out.push(text), err: (text) => out.push(text) });
    printed = out.join('\n').split('\n').map(cells);
  }, DEMO_LIMIT_MS);

  it.each(blockFrom('alert  ').map((row) => [row]))('is a row that agent-sre demo prints: %s', (row) => {
    const shown = cells(row);
    expect(
      printed.filter((one) => one[0]?.startsWith(shown[0]?.replace('…', '') ?? '')),
      row,
    ).toSatisfy((found: string[][]) => found.some((one) => agrees(shown, one)));
  });

  it('shows the line of an ending as agent-sre run prints it, as sure as the model is', () => {
    const [line = ''] = /^\d\d:\d\d:\d\d KubeJobFailed .*$/m.exec(readme) ?? [];
    const [, , , , confidence = ''] = printed.find(([alert]) => alert === 'KubeJobFailed backup/restic-28934120') ?? [];
    const ending = {
      kind: 'called',
      alert: 'KubeJobFailed backup/restic-28934120',
      lambdaFunction: 'job-rerun',
      parameters: 'name=restic-28934120 namespace=backup',
      decidedBy: 'trm',
      confidence,
      why: 'run the failed Job again',
      episode: 'e575db0bf3626754.1795401060000',
      ...{ alertname: 'KubeJobFailed', namespace: 'backup', target: 'backup/restic-28934120' },
      ...{
        reason: 'answered',
        entry: undefined,
        approver: undefined,
        policyHash: undefined,
        token: undefined,
      },
    } as const;
    expect(line.slice('00:00:00 '.length)).toBe(endingLine(ending, false));
  });
});

describe('the README', () => {
  it('names the rows of the status as npm start does', () => {
    const options = { triggers: 'triggers', data: '.agent-sre' } as Parameters<typeof statusText>[1];
    const counts = { pending: 0, undelivered: 0 };
    const runner = { url: 'http://127.0.0.1:8080/', broker: { counts }, functions: new Map() };
    const eventing = { brokers: [], triggers: [], ignored: [] };
    const text = statusText({ ...runner, eventing } as unknown as Parameters<typeof statusText>[0], options);
    const namesOf = (lines: readonly string[]) => lines.map((line) => line.split(' ')[0]);
    const [, ...shown] = blockFrom('$ npm start');
    expect(namesOf(shown)).toEqual([...namesOf(text.split('\n')), 'Ctrl-C']);
  });

  it('names commands that are there', () => {
    const scripts = [...readme.matchAll(/npm (?:run )?(start|test|demo|eval|bench)\b/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !Object.hasOwn(metadata.scripts, name))).toEqual([]);
  });

  it.each(['README.md', 'docs/annotations.md', 'docs/lambdas.md', 'docs/training.md', 'docs/runbook.md'])(
    '%s links only to files that are there',
    (page) => {
      const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
      const missing = links.map(([, link = '']) => link).filter((link) => !existsSync(join(ROOT, page, '..', link)));
      expect(missing).toEqual([]);
    },
  );

  it('names folders that are there', () => {
    const [, ...tree] = ['', ...blockFrom('cli/          ')];
    const folders = tree.flatMap((line) => [...line.matchAll(/\b([a-z]+)\/(?=[ ;,]|$)/g)].map(([, name = '']) => name));
    const known = (name: string) => existsSync(join(ROOT, name)) || existsSync(join(ROOT, 'shared', name));
    expect(folders.filter((name) => !known(name) && !existsSync(join(ROOT, 'runbook', name)))).toEqual([]);
  });
});
