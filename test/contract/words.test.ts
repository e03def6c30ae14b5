import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './sources.ts';

/** Words that were given up, and what is said instead (docs/glossary.md). */
const RETIRED: readonly [RegExp, string][] = [
  [/\bpreferred ?keys?\b/i, 'keys'],
  [/\bcouriers?\b/i, 'dispatch'],
  [/\blanes?\b/i, 'queue, concurrency'],
  [/\bverdicts?\b/i, 'decision, result'],
  [/\b(mutates|changesSomething)\b/, 'mutating'],
  [/\bwrong (and )?(action|acting)/i, 'wrong mutating'],
  [/\b(the|a|an|what|that|is|are) acting\b/i, 'mutating'],
  [/\bremediation\.triggered\b/i, 'lambda trigger'],
  [/(?<![Tt]here )\b(is|are) no (JSON|CloudEvent|function|object|list|number|event|answer)\b/, 'is not a'],
  [/\b(white|black)list/i, 'allow-list, deny-list'],
  [/\bsanity\b/i, 'check'],
  [/\bheld[- ]?out\b/i, 'unseen'],
  [/\bhand(s|ed)? ?on\b/i, 'pass on'],
];

const FOLDERS = [
  'bench',
  'broker',
  'build',
  'cli',
  'docs',
  'eval',
  'eventing',
  'functions',
  'lambdas',
  'processes',
  'shared',
  'test',
];
const THIS = relative(ROOT, import.meta.filename);

/** Every source and page that people read; CHANGELOG.md and training/LOG.md tell what was, in the words of then. */
function texts(): { path: string; text: string }[] {
  const inFolders = [...FOLDERS, 'training'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|py|md)$/.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
  const paths = [...inFolders, 'README.md', 'SECURITY.md'].filter(
    (path) => path !== THIS && path !== 'training/LOG.md' && !/node_modules|\.venv|training\/work\//.test(path),
  );
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

describe('a retired word', () => {
  const sources = texts();

  it.each(RETIRED)('%s stands nowhere: %s', (word) => {
    const lines = sources.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (word.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(lines).toEqual([]);
  });
});
