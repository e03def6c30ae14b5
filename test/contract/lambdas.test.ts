import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAMBDAS } from '../../build/project.ts';
import { parseEventing } from '../../eventing/trigger.ts';
import { CODES } from '../../lambdas/kit/codes.ts';
import { clusterRoleOf, RULES } from '../../lambdas/rbac.ts';
import { lambdaTrigger } from '../../shared/events/index.ts';
import { loadRunbook } from '../../shared/runbook/load.ts';
import { isMutating } from '../../shared/runbook/runbook.ts';
import { ROOT, readSources } from './sources.ts';

const { catalogue } = loadRunbook(join(ROOT, 'runbook'), { entries: false });
const names = [...catalogue.keys()];
const sources = readSources('lambdas');

function triggers() {
  const files = ['triggers/100-broker.yaml', 'lambdas/triggers.yaml'];
  return parseEventing(files.map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }))).triggers;
}

describe('every function of the catalogue', () => {
  it('has its Lambda, in the file of its name', async () => {
    expect(LAMBDAS.map(({ name }) => name)).toEqual(names);
    const modules = LAMBDAS.map(({ module }) => import(join(ROOT, module)) as Promise<{ default: { name: string } }>);
    expect((await Promise.all(modules)).map((module) => module.default.name)).toEqual(names);
  });

  it('has its Trigger, which brings it its own calls only', () => {
    const filters = triggers().map(({ name, filter, subscriber }) => [name, filter, subscriber]);
    const expected = names.map((name) => [
      name,
      { kind: 'attributes', attributes: { type: lambdaTrigger.type, lambdafunction: name } },
      { kind: 'service', name, uri: '' },
    ]);
    expect(filters).toEqual(
      expected.map(([name, filter, subscriber]) => [name, filter, expect.objectContaining(subscriber as object)]),
    );
  });

  it('has its rules', () => {
    expect(Object.keys(RULES)).toEqual(names);
  });

  it.each(names)('%s may not read Secrets, delete, or do anything to everything', (name) => {
    const text = JSON.stringify(clusterRoleOf(name));
    expect(text).not.toMatch(/"\*"|secrets|"delete|"update"|exec|nodes\/proxy|impersonate/);
  });

  it.each(names.filter((name) => !isMutating(catalogue, name)))('%s, which only looks, may change nothing', (name) => {
    expect(RULES[name]?.flatMap(({ verbs }) => verbs).filter((verb) => verb !== 'get' && verb !== 'list')).toEqual([]);
  });
});

describe('the codes', () => {
  it.each(Object.keys(CODES))('%s is given somewhere', (code) => {
    const used = sources.some(({ path, text }) => path !== 'lambdas/kit/codes.ts' && text.includes(`'${code}'`));
    expect(used).toBe(true);
  });
});
