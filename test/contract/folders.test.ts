import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkFuncYaml } from '../../build/func-yaml.ts';
import { FUNCTIONS as FOLDERS, funcYaml, LAMBDAS } from '../../build/project.ts';
import { crashing, selection, TYPES, trigger } from '../support/alerts.ts';
import { binary } from '../support/events.ts';
import { FUNCTIONS, type FunctionName, ROOT, startFunction } from '../support/function.ts';

const DIST = join(ROOT, 'dist');
const COMPILED = 'index.cache'; // made by the Node that runs it, and no part of what is deployed
const ALL = [...FOLDERS, ...LAMBDAS];
const LEDGER = { LEDGER_URL: 'memory:' }; // emit-trigger does not start without one
let elsewhere = '';

beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), 'asre-folders-'));
});

afterAll(() => rmSync(elsewhere, { recursive: true }));

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** A copy of dist/<name> as `func` takes it, in an empty folder, with what its own `npm ci` installs. */
function deployed(name: string): string {
  const folder = join(elsewhere, 'copies', name);
  cpSync(join(DIST, name), folder, { recursive: true, filter: (path) => !path.endsWith(COMPILED) });
  const PATH = process.env.PATH ?? '';
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: { PATH, HOME: elsewhere },
    stdio: 'pipe',
  });
  return folder;
}

/** What each function answers to the first event that it gets with the runbook and the model that it brings. */
const FIRST: Readonly<Record<FunctionName, { type: string; data: unknown; answer: RegExp }>> = {
  'alert-router': { type: TYPES.fired, data: crashing, answer: /trm\.requested$/ },
  'trm-reason': {
    type: TYPES.trm,
    data: { alert: crashing, attempts: [] },
    answer: /(remediation\.selected|gemma\.requested)$/,
  },
  'gemma-fallback': { type: TYPES.gemma, data: { alert: crashing, attempts: [] }, answer: /rules\.requested$/ },
  'rule-fallback': { type: TYPES.rules, data: { alert: crashing, attempts: [] }, answer: /remediation\.selected$/ },
  'emit-trigger': {
    type: TYPES.selected,
    data: selection,
    answer: /(lambda\.trigger|approval\.requested)$/,
  },
};

/** An API server that has no object: every list is empty. And a kubeconfig for it. */
async function startEmptyCluster(): Promise<{ readonly server: Server; readonly kubeconfig: string }> {
  const notFound = { kind: 'Status', code: 404, reason: 'NotFound', message: 'not found', details: { name: 'web' } };
  const server = createServer(({ url = '' }, response) => {
    const isNamed = /\/web[^/?]*$/.test(url);
    response.writeHead(isNamed ? 404 : 200).end(JSON.stringify(isNamed ? notFound : { items: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  const content = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token: 'token-of-the-test' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
  const kubeconfig = join(elsewhere, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(content));
  return { server, kubeconfig };
}

/** Of those that take others than a name and a namespace. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'scale-deployment': { name: 'web', namespace: 'shop', replicas: '+1' },
  'node-cordon': { name: 'web' },
  'node-check-status': { name: 'web' },
};

describe('dist/<function> in an empty folder', () => {
  it.each(FUNCTIONS)('%s installs by its own npm ci, becomes ready and answers', async (name) => {
    const { type, data, answer } = FIRST[name];
    const running = await startFunction(name, LEDGER, undefined, deployed(name));
    const { status, headers, text } = await running.send(binary({ type }, data));
    expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: expect.stringMatching(answer) });
    if (name === 'trm-reason') expect(text).toMatch(/"iterations":[1-9]/);
    expect(await running.stop()).toBe(0);
  });

  it.each(LAMBDAS.map(({ name }) => name))(
    '%s installs by its own npm ci, becomes ready and finds nothing in its cluster',
    async (name) => {
      const { server, kubeconfig } = await startEmptyCluster();
      const running = await startFunction(name, { KUBECONFIG: kubeconfig }, undefined, deployed(name));
      const call = {
        ...trigger,
        lambda_function: name,
        parameters: PARAMETERS[name] ?? { name: 'web', namespace: 'shop' },
      };
      const { status, headers, text } = await running.send(binary({ type: TYPES.trigger, lambdafunction: name }, call));
      expect({ status, type: headers['ce-type'] }).toEqual({ status: 200, type: TYPES.finished });
      expect(JSON.parse(text)).toMatchObject({
        lambda_function: name,
        code: expect.stringMatching(/^(not_found|gone)$/),
      });
      expect(await running.stop()).toBe(0);
      server.close();
    },
  );

  it('runs from the machine code that its own compile script makes', async () => {
    const folder = deployed('emit-trigger');
    execFileSync('npm', ['run', 'compile', '--silent'], { cwd: folder, stdio: 'pipe' });
    const cache = join(folder, COMPILED);
    expect(statSync(cache).size).toBeGreaterThan(500_000);
    const running = await startFunction('emit-trigger', LEDGER, undefined, folder);
    expect(await running.stop()).toBe(0);
  });
});

describe('dist/', () => {
  it('is the same, byte for byte, when it is built again', async () => {
    const again = join(elsewhere, 'again');
    await promisify(execFile)(process.execPath, ['--import', 'tsx', 'build/bundle.ts', '--out', again], { cwd: ROOT });
    const files = filesOf(DIST).filter((file) => !file.endsWith(COMPILED));
    expect(filesOf(again).sort()).toEqual(files.sort());
    const differing = files.filter((file) => !readFileSync(join(DIST, file)).equals(readFileSync(join(again, file))));
    expect(differing).toEqual([]);
  }, 120_000);

  it.each(ALL.map(({ name }) => name))('%s has all that is deployed, and no path of this machine', (name) => {
    const folder = join(DIST, name);
    const files = filesOf(folder);
    const expected = ['.funcignore', '.npmrc', 'func.yaml', 'index.js', 'index.js.map', 'package-lock.json'];
    expect(files).toEqual(
      expect.arrayContaining([...expected, 'package.json', 'sbom.cdx.json', 'start.cjs', 'runbook/policy.json']),
    );
    const texts = files.filter((file) => /\.(c?js|json|yaml|map)$/.test(file));
    const telling = texts.filter((file) => readFileSync(join(folder, file), 'utf8').includes(ROOT));
    expect(telling).toEqual([]);
  });

  it.each(ALL.map((entry) => [entry.name, entry] as const))('%s brings the func.yaml of its sources', (name, entry) => {
    expect(parse(readFileSync(join(DIST, name, 'func.yaml'), 'utf8'))).toEqual(funcYaml(entry));
  });

  it('names every package that is bundled in the SBOM, the native one too', () => {
    const read = (name: string) => JSON.parse(readFileSync(join(DIST, name, 'sbom.cdx.json'), 'utf8'));
    expect(read('trm-reason')).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    const names = (name: string) => read(name).components.map((component: { name: string }) => component.name);
    expect(names('trm-reason')).toEqual(expect.arrayContaining(['faas-js-runtime', 'onnxruntime-node']));
    expect(names('alert-router')).not.toContain('onnxruntime-node');
  });

  it('leaves out what the runtime does for nobody', () => {
    const unused = (name: string) => /eventLoopProfiler|iconv/.test(readFileSync(join(DIST, name, 'index.js'), 'utf8'));
    expect(ALL.map(({ name }) => name).filter(unused)).toEqual([]);
  });

  it('brings the native files of one platform only', () => {
    const natives = filesOf(join(DIST, 'trm-reason')).filter((file) => /\.(node|so|dylib|dll)/.test(file));
    expect(natives.filter((file) => file.endsWith('.node'))).toEqual(['onnxruntime_binding.node']);
  });
});

describe('func.yaml', () => {
  const sound = { specVersion: '0.36.0', name: 'a', runtime: 'node', created: '2026-11-23T00:00:00Z' };

  it.each([
    ['a key that func does not know', { ...sound, scale: 1 }, /scale/],
    ['a name that is no name of a Service', { ...sound, name: 'Alert_Router' }, /name must match/],
    ['a negative scale', { ...sound, deploy: { options: { scale: { min: -1 } } } }, /deploy\.options\.scale\.min/],
    ['a subscription, which triggers/ holds', { ...sound, deploy: { subscriptions: [] } }, /subscriptions/],
  ])('is refused with %s', (_, content, complaint) => {
    expect(() => checkFuncYaml(content)).toThrow(complaint);
  });
});
