import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseEventing } from '../../eventing/trigger.ts';
import { STAGES } from '../../functions/index.ts';
import { approvalRequested, EVENTS, lambdaTrigger, remediationIneffective } from '../../shared/events/index.ts';
import { importsOf, ROOT, readSources, type Source } from './sources.ts';

const LONGEST_FILE = 250;
const LONGEST_INDEX = 60;

const sources = readSources(
  'shared',
  'functions',
  'lambdas',
  'broker',
  'processes',
  'eventing',
  'cli',
  'console',
  'training',
);
const names = readdirSync(join(ROOT, 'functions'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const within = (folder: string) => sources.filter(({ path }) => path.startsWith(`${folder}/`));
const lines = ({ text }: Source) => text.trimEnd().split('\n').length;

/** `file → import` of every import that passes. */
function importsWhere(files: readonly Source[], test: (imported: string) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter(test)
      .map((imported) => `${file.path} → ${imported}`),
  );
}

describe('imports', () => {
  it.each(names)('functions/%s imports no other function, nor the programs', (name) => {
    const outside = (imported: string) =>
      /^(functions|broker|processes|eventing|cli|console)\//.test(imported) &&
      !imported.startsWith(`functions/${name}/`);
    expect(importsWhere(within(`functions/${name}`), outside)).toEqual([]);
  });

  it('shared/ imports nothing that stands on it', () => {
    expect(
      importsWhere(within('shared'), (path) =>
        /^(functions|lambdas|broker|processes|eventing|cli|console|training|docs)\//.test(path),
      ),
    ).toEqual([]);
  });

  it.each(['broker', 'processes', 'eventing'])('%s/ imports neither functions nor cli/', (folder) => {
    expect(importsWhere(within(folder), (path) => /^(functions|lambdas|cli|console)\//.test(path))).toEqual([]);
  });

  it('a Lambda imports its kit and shared/, the kit no Lambda', () => {
    const isOwn = (path: string) =>
      /^(lambdas\/kit|shared)\//.test(path) || !path.includes('/') || path.startsWith('node:');
    expect(importsWhere(within('lambdas'), (path) => !isOwn(path) && !path.startsWith('@'))).toEqual([]);
  });

  it('lambdas/kit/connect.ts alone knows the client of Kubernetes', () => {
    expect(importsWhere(sources, (path) => path.startsWith('@kubernetes/'))).toEqual([
      'lambdas/kit/connect.ts → @kubernetes/client-node/dist/config.js',
    ]);
  });

  // What happens to a request, in this order; nothing imports what comes behind it.
  const LAYERS = ['request', 'handling', 'response', 'host'].map((layer) => `shared/runtime/${layer}/`);

  it.each(LAYERS.map((layer, index) => [layer, LAYERS.slice(index + 1)] as const))(
    '%s imports nothing that comes behind it',
    (layer, behind) => {
      const files = sources.filter(({ path }) => path.startsWith(layer));
      expect(files).not.toEqual([]);
      expect(importsWhere(files, (path) => behind.some((later) => path.startsWith(later)))).toEqual([]);
    },
  );

  it('shared/runtime/host/serve.ts alone knows the runtime', () => {
    const users = sources.filter((file) => importsOf(file).includes('faas-js-runtime')).map(({ path }) => path);
    expect(users).toEqual(['shared/runtime/host/serve.ts']);
  });

  it('shared/cloudevents/ alone reads and writes the headers of events', () => {
    const users = sources.filter(({ text }) => /['"`]ce-[^*]/.test(text)).map(({ path }) => dirname(path));
    expect([...new Set(users)]).toEqual(['shared/cloudevents']);
  });

  it('shared/http/ alone sends to other programs', () => {
    const programs = sources.filter(({ path }) => !path.startsWith('console/web/')); // which a browser runs
    expect(programs.filter(({ text }) => /\bfetch\(/.test(text)).map(({ path }) => path)).toEqual([]);
    const users = sources.filter(({ text }) => /https?\.request\(|\brequest\b[^\n]* from 'node:https?'/.test(text));
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  it('shared/reasoning/session.ts alone knows ONNX Runtime', () => {
    const users = sources.filter((file) => importsOf(file).includes('onnxruntime-node')).map(({ path }) => path);
    expect(users).toEqual(['shared/reasoning/session.ts']);
  });

  it('shared/traces/otlp.ts alone knows OpenTelemetry, and is read where traces are wanted', () => {
    const users = sources.filter((file) => importsOf(file).some((path) => path.startsWith('@opentelemetry/')));
    expect(users.map(({ path }) => path)).toEqual(['shared/traces/otlp.ts']);
    expect(sources.filter(({ text }) => /(from|import) '[^']*\/otlp\.ts'/.test(text))).toEqual([]);
  });

  it('sees the imports of every form', () => {
    const text =
      "import a from 'a';\nimport type {\n  B,\n} from './b.ts';\nexport { c } from '../c.ts';\nawait import('d');";
    expect(importsOf({ path: 'x/y.ts', text })).toEqual(['a', 'x/b.ts', 'c.ts', 'd']);
  });
});

describe('the direct dependencies', () => {
  const project = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies' | 'scripts',
    Record<string, string>
  >;
  const imported = (folders: readonly string[]) =>
    readSources(...folders)
      .flatMap(importsOf)
      .filter((path) => !path.startsWith('node:'));
  const uses = (paths: readonly string[], name: string) =>
    paths.some((path) => path === name || path.startsWith(`${name}/`));
  /** What is used without an import: by a script of package.json, by the compiler, as a plugin of another. */
  const TOOLS: Readonly<Record<string, string>> = {
    '@biomejs/biome': 'biome',
    '@stryker-mutator/core': 'stryker',
    '@stryker-mutator/vitest-runner': 'stryker',
    '@types/node': 'tsc',
    tsx: 'tsx',
    typescript: 'tsc',
  };

  it('are imported by what runs', () => {
    const programs = imported(['shared', 'functions', 'lambdas', 'broker', 'processes', 'eventing', 'cli', 'console']);
    expect(Object.keys(project.dependencies).filter((name) => !uses(programs, name))).toEqual([]);
  });

  it('for development are imported, or run by a script', () => {
    const all = [...imported(['bench', 'console', 'docs', 'eval', 'test', 'training']), ...buildImports()];
    const scripts = Object.values(project.scripts).join(' ').split(/\s+/);
    const unused = Object.keys(project.devDependencies).filter(
      (name) => !uses(all, name) && !scripts.includes(TOOLS[name] ?? ''),
    );
    expect(unused).toEqual([]);
  });

  function buildImports(): string[] {
    const files = readdirSync(join(ROOT, 'build')).map((name) => join('build', name));
    return files.flatMap((path) => importsOf({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
  }
});

describe('functions/index.ts', () => {
  it('lists every folder of functions/', () => {
    expect(STAGES.map(({ name }) => name).sort()).toEqual(names.sort());
  });
});

describe('sizes', () => {
  it(`no file is longer than ${LONGEST_FILE} lines`, () => {
    const long = sources.filter((file) => lines(file) > LONGEST_FILE);
    expect(long.map((file) => `${file.path}: ${lines(file)}`)).toEqual([]);
  });

  it(`no index.ts of a function is longer than ${LONGEST_INDEX} lines`, () => {
    const indexes = within('functions').filter(({ path }) => path.endsWith('/index.ts'));
    expect(indexes).toHaveLength(names.length + 1); // and functions/index.ts, which lists them
    expect(indexes.filter((file) => lines(file) > LONGEST_INDEX).map(({ path }) => path)).toEqual([]);
  });
});

describe('the Triggers', () => {
  const folder = join(ROOT, 'triggers');
  const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const { triggers } = parseEventing(files);
  const typeOf = ({ filter }: (typeof triggers)[number]) =>
    filter?.kind === 'attributes' ? filter.attributes.type : '';
  const accepted = (name: string) => STAGES.find((stage) => stage.name === name)?.accepts ?? [];

  it.each(triggers.map((trigger) => [trigger.name, trigger] as const))('%s delivers what is accepted', (_, trigger) => {
    for (const receiver of [trigger.subscriber, trigger.deadLetterSink]) {
      expect(receiver?.kind).toBe('service');
      if (receiver?.kind === 'service') expect(accepted(receiver.name)).toContain(typeOf(trigger));
    }
  });

  it.each(triggers.map((trigger) => [trigger.name, trigger] as const))(
    '%s has a subscriber that the event names',
    (_, trigger) => {
      const named = EVENTS.find(({ type }) => type === typeOf(trigger))?.to;
      expect(named).toContain(trigger.subscriber.kind === 'service' ? trigger.subscriber.name : '');
    },
  );

  // alert-router publishes alerts for a webhook only; it never replies with one.
  const byWebhook = STAGES.filter(({ name }) => name === 'alert-router').flatMap(({ accepts }) =>
    accepts.filter((type) => type.startsWith('io.homelab.prometheus.alert.')),
  );

  // emit-trigger answers these with nothing, or with an event that ends the episode: it reads them to know that they were sent.
  const readAgain: readonly string[] = [lambdaTrigger.type, approvalRequested.type, remediationIneffective.type];
  const once = EVENTS.filter(({ type }) => !byWebhook.includes(type) && !readAgain.includes(type));

  it.each(once.map((event) => [event.type, event] as const))(
    'never bring %s back to a function that sends it',
    (type, { from }) => {
      const subscribers = triggers
        .filter((trigger) => typeOf(trigger) === type)
        .map(({ subscriber }) => (subscriber.kind === 'service' ? subscriber.name : ''));
      expect(subscribers.filter((name) => from.includes(name))).toEqual([]);
    },
  );
});

describe('the tests', () => {
  const tests = readSources('test').filter(({ path }) => path.endsWith('.test.ts'));
  const folder = (path: string) => path.split('/').slice(2, -1).join('/');

  it('stand in a folder that npm test or another test command runs', () => {
    const elsewhere = tests.filter(
      ({ path }) => !/^test\/(unit|contract|integration|knative|kubernetes|whole-way|containers|console)\//.test(path),
    );
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  it('of units mirror the folders of the sources', () => {
    const units = tests.filter(({ path }) => path.startsWith('test/unit/'));
    const missing = units.filter(({ path }) => !existsSync(join(ROOT, folder(path))));
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it('of units import nothing that starts a process or a thread', () => {
    const units = tests.filter(({ path }) => path.startsWith('test/unit/'));
    expect(importsWhere(units, (imported) => /^node:(child_process|worker_threads)$/.test(imported))).toEqual([]);
  });
});

describe('func.yaml', () => {
  const files = ['func.yaml', ...names.map((name) => `functions/${name}/func.yaml`)];

  // faas-js-runtime would take them over those of the environment.
  it.each(files)('%s leaves port, log level and body limit to the environment', (file) => {
    const content: unknown = parse(readFileSync(join(ROOT, file), 'utf8'));
    for (const key of ['port', 'logLevel', 'bodyLimit']) expect(content).not.toHaveProperty(key);
  });

  it('is there for every function', () => {
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});
