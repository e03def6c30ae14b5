import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { patchText } from '../../cli/patch.ts';
import { temporaryFolder } from '../support/terminal.ts';

const BEFORE = 'groups:\n- name: g\n  rules: []\n# end\n';
const AFTER = 'groups:\n- name: h\n  rules: []\n# end\n';

/** In the working directory work/ of a folder: paths of files, and where the patch of them says that it is to be applied. */
const PLACES: readonly (readonly [paths: readonly string[], where: string])[] = [
  [['rules.yml'], 'work'],
  [['rules/a.yml', 'b.yml'], 'work'],
  [['my rules.yml'], 'work'],
  [['..rules.yml'], 'work'],
  [['../rules.yml'], '.'],
  [['../own runbook/policy.yaml'], 'own runbook'],
  [['../one/a/rules.yml', '../one/b/rules.yml'], 'one'],
  [['rules.yml', '../one/rules.yml'], '.'],
];

describe.each(['as they are given', 'as absolute paths'])('the diff of files, %s', (form) => {
  it.each(PLACES)('%j is applied by git apply and by patch in %s', (given, where) => {
    for (const program of ['git', 'patch'] as const) {
      const work = join(temporaryFolder({}), 'work');
      const files = given.map((path) => resolve(work, path));
      for (const file of [join(work, 'x'), ...files]) write(file, BEFORE);
      const paths = form === 'as absolute paths' ? files : given;
      const text = patchText(
        paths.map((path) => ({ path, before: BEFORE, after: AFTER })),
        work,
      );
      apply(program, resolve(work, '..', where), text);
      expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(files.map(() => AFTER));
      expect(text.includes(`git -C ${quoted(resolve(work, '..', where))} apply`)).toBe(where !== 'work');
    }
  });
});

it.each(['git', 'patch'] as const)('a file that is not there yet is made by %s', (program) => {
  const work = temporaryFolder({});
  apply(program, work, patchText([{ path: 'policy.yaml', before: undefined, after: AFTER }], work));
  expect(readFileSync(join(work, 'policy.yaml'), 'utf8')).toBe(AFTER);
});

function apply(program: 'git' | 'patch', cwd: string, input: string): void {
  const args = program === 'git' ? ['apply'] : ['-p1', '--fuzz=0'];
  execFileSync(program, args, { cwd, input: `${input}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function quoted(path: string): string {
  return path.includes(' ') ? `'${path}'` : path;
}
