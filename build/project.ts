/** Where the project's files are, and what is bundled. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isObject } from '../shared/json.ts';
import { checkFuncYaml, type FuncYaml } from './func-yaml.ts';

export const ROOT = join(import.meta.dirname, '..');
export const PROJECT = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly license: string;
  readonly engines: { readonly node: string };
};

/** A function that is bundled and deployed. */
export interface Entry {
  readonly name: string;
  readonly kind: 'function' | 'lambda';
  /** Its source, from the project's root. */
  readonly module: string;
}

/** The functions of the chain. */
export const FUNCTIONS: readonly Entry[] = readdirSync(join(ROOT, 'functions'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, kind: 'function' as const, module: `functions/${name}/index.ts` }));

/** The Lambda functions: those of the catalogue, in its order, that have a file in lambdas/. */
export const LAMBDAS: readonly Entry[] = Object.keys(readYaml('runbook/catalogue.yaml').functions ?? {})
  .map((name) => ({ name, kind: 'lambda' as const, module: `lambdas/${name}.ts` }))
  .filter(({ module }) => existsSync(join(ROOT, module)));

/** The console as a Service of its own, which takes events and answers none. */
export const CONSOLE = { name: 'console', module: 'console/service/main.ts' } as const;

/**
 * The flags that Node is started with. Those of V8 make Node compile its own modules afresh, 40 ms of a start, so only trm-reason has
 * any: with a young generation of 1 MiB it holds 12 MiB less, with one thread beside for V8's chores instead of four 2 MiB less.
 */
export function nodeFlags(name: string): readonly string[] {
  return name === 'trm-reason' ? ['--max-semi-space-size=1', '--v8-pool-size=1'] : [];
}

/** What `func.yaml` says of a function: the project's own, then those of its kind and of itself. */
export function funcYaml({ name, kind }: Entry): FuncYaml {
  const files = ['func.yaml', kind === 'lambda' ? 'lambdas/func.yaml' : `functions/${name}/func.yaml`];
  return checkFuncYaml({ ...files.map(readYaml).reduce(merge), name });
}

export function readYaml(path: string): Record<string, unknown> {
  return (parse(readFileSync(join(ROOT, path), 'utf8')) ?? {}) as Record<string, unknown>;
}

function merge(shared: Record<string, unknown>, own: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...shared };
  for (const [key, value] of Object.entries(own)) {
    const before = shared[key];
    merged[key] = isObject(value) && isObject(before) ? merge(before, value) : value;
  }
  return merged;
}
