import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FUNCTIONS, LAMBDAS, PROJECT } from '../../build/project.ts';
import { generateManifests, imagesComponent } from '../../deploy/generate.ts';
import { SECRETS } from '../../deploy/secrets.ts';
import { verify } from '../../deploy/verify/main.ts';
import { manifestsOf, OVERLAYS, render, renderFolder } from '../../deploy/verify/render.ts';
import { ERRORS } from '../../shared/error-codes.ts';
import { createMetrics } from '../../shared/runtime/host/metrics.ts';
import { ROOT } from './sources.ts';

const KUBECTL = process.env.KUBECTL ?? 'kubectl';
const hasKubectl = spawnSync(KUBECTL, ['version', '--client']).status === 0;
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the manifests', () => {
  it.each(Object.entries(generateManifests()))('deploy/%s is what npm run manifests writes', (name, text) => {
    expect(read(join('deploy', name))).toBe(text);
  });

  it('take the images that npm run images makes, unless a registry is named', () => {
    expect(read('deploy/components/images/kustomization.yaml')).toBe(imagesComponent(undefined, PROJECT.version));
    expect(imagesComponent('registry.example/sre', '1.2')).toContain(
      '- name: dev.local/agent-sre/pod-restart\n    newName: registry.example/sre/pod-restart\n    newTag: "1.2"\n',
    );
  });
});

describe.skipIf(!hasKubectl)('an overlay', () => {
  const sound = hasKubectl ? render('trial').text : '';

  it.each(OVERLAYS)('%s has no problem', (overlay) => {
    expect(verify(render(overlay).manifests)).toEqual([]);
  });

  it.each([
    ['chat', ['alert-router-to-ledger', 'valkey-from-alert-router', 'alert-router-to-webhook']],
    ['console', ['agent-sre-console']],
    ['traces', ['agent-sre-traces', 'to-collector']],
  ])('has no problem with components/%s', (component, names) => {
    const folder = mkdtempSync(join(tmpdir(), 'asre-overlay-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const at = (path: string) => relative(folder, join(ROOT, 'deploy', path));
    const lines = [
      'namespace: agent-sre',
      `resources: [${at('overlays/trial')}]`,
      `components: [${at(`components/${component}`)}]`,
    ];
    writeFileSync(join(folder, 'kustomization.yaml'), lines.join('\n'));
    const { manifests, text } = renderFolder(folder);
    expect(verify(manifests)).toEqual([]);
    for (const name of names) expect(text).toContain(`name: ${name}\n`);
  });

  /** What is broken in the text of the trial, and what is said of it. */
  const BROKEN: readonly [string, RegExp | string, string, RegExp][] = [
    ['a key that the kind does not have', 'containerConcurrency:', 'containerConcurency:', /containerConcurency/],
    ['a value of another type', 'enableServiceLinks: false', 'enableServiceLinks: "no"', /must be boolean/],
    ['a type that nobody takes', /type: \S+trm\.requested/, 'type: io.homelab.agent-sre.trm.asked', /does not accept/],
    ['a function that nothing reaches', /type: \S+gemma\.requested/, 'type: x.y', /gemma-fallback accepts .*gemma/],
    ['a subscriber that is not there', /(kind: Service\n\s+name: )rule-fallback/, '$1rules', /no function rules/],
    ['another image', 'dev.local/agent-sre/pod-restart:', 'dev.local/agent-sre/pod-restarts:', /is built by nobody/],
    ['a setting that nobody reads', 'name: LOG_LEVEL', 'name: LOGLEVEL', /LOGLEVEL is no setting/],
    ['a secret that nobody makes', 'secretName: agent-sre-webhook', 'secretName: token', /Secret token/],
    [
      'an account that is not there',
      'serviceAccountName: trm-reason',
      'serviceAccountName: trm',
      /ServiceAccount trm /,
    ],
    ['a rule too many', 'resources:\n  - pods/eviction', 'resources:\n  - "*"', /differs from lambdas\/rbac\.ts/],
    [
      'a binding to another',
      /(subjects:\n- kind: ServiceAccount\n {2}name: )node-cordon/,
      '$1alert-router',
      /no table/,
    ],
  ];

  it.each(BROKEN)('with %s has a problem', (_, from, to, problem) => {
    const text = sound.replace(from, to);
    expect(text).not.toBe(sound);
    expect(verify(manifestsOf(text)).join('\n')).toMatch(problem);
  });

  it.each(OVERLAYS)('%s runs nothing as root, and writes to no root file system', (overlay) => {
    const pods = render(overlay)
      .text.split('\n---\n')
      .filter((text) => /^ {6,}containers:/m.test(text));
    expect(pods.length).toBe(FUNCTIONS.length + LAMBDAS.length + 1);
    for (const pod of pods) {
      expect(pod).toContain('readOnlyRootFilesystem: true');
      expect(pod).toContain('runAsNonRoot: true');
    }
  });
});

describe('the alerts about agent-sre', () => {
  const rules = read('deploy/components/monitoring/rules.yaml');

  it('use metrics that the functions have', () => {
    const { registry } = createMetrics('test');
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    const used = [...rules.matchAll(/agent_sre_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
    expect(used.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('are not acted on by agent-sre, and each says what to do', () => {
    const count = (text: string) => rules.split(text).length - 1;
    expect(count('- alert: ')).toBeGreaterThanOrEqual(8);
    expect(count('lambda_function: none')).toBe(count('- alert: '));
    expect(count('runbook: >-')).toBe(count('- alert: '));
  });
});

describe('docs/deploy.md', () => {
  const page = read('docs/deploy.md');

  it.each(SECRETS.map(({ secret, key }) => [secret, key]))('shows how the secret %s is made', (secret, key) => {
    expect(page).toMatch(new RegExp(`create secret generic ${secret} [^\n]*--from-literal=${key}=`));
  });

  it.each(OVERLAYS)('names the overlay %s', (overlay) => {
    expect(page).toContain(`deploy/overlays/${overlay}`);
  });

  it('names only scripts that there are, and error codes', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: object };
    const named = [...page.matchAll(/npm run ([a-z:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const codes = [...page.matchAll(/ASRE_\w+/g)].map(([code]) => code);
    expect(codes.filter((code) => !(code in ERRORS))).toEqual([]);
  });
});
