import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAlert, type Reading } from '../../../../functions/trm-reason/encode.ts';
import {
  labelsReadAs,
  NO_STAND_INS,
  ownReferences,
  standInsFor,
  standInsOf,
} from '../../../../functions/trm-reason/stand-ins.ts';
import { createVocabulary, type VocabularyFile } from '../../../../functions/trm-reason/tokenizer.ts';
import type { Labels } from '../../../../shared/alert/alert.ts';
import { SCRAPE_LABELS } from '../../../../shared/alert/own-labels.ts';
import { policyKeys } from '../../../../shared/runbook/keys.ts';
import type { Policy, Target } from '../../../../shared/runbook/runbook.ts';
import { namePattern } from '../../../../shared/text/prose.ts';
import { anyAlert } from '../../../support/arbitraries.ts';
import { checkProperty } from '../../../support/property.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';
import { TINY } from '../../../support/tiny.ts';

const ref = (...keys: string[]) => keys.map((key) => `{{ $labels.${key} }}`);
const KNOWN = new Set(['exported_pod', 'pod', 'pod_name', 'exported_namespace', 'namespace', 'node']);
const policyOf = (...families: Target) => ({
  targets: new Map([['pod', families]]),
});

const read = (policy: Pick<Policy, 'targets'>, labels: Labels) =>
  labelsReadAs(standInsFor(standInsOf(policy, KNOWN), labels), labels);

describe('a label key that the model was not trained on is read as a known one', () => {
  const between = policyOf({ name: ref('exported_pod', 'k8s_pod', 'pod'), namespace: ref('k8s_ns', 'namespace') });
  const last = policyOf({ name: ref('pod', 'pod_name', 'k8s_pod'), namespace: ref('namespace', 'k8s_ns') });
  const ownFamily = policyOf(
    { name: ref('pod'), namespace: ref('namespace') },
    { name: ref('k8s_pod'), namespace: ref('k8s_ns') },
  );
  const nothingKnown = policyOf({ name: ref('k8s_pod'), namespace: ref('k8s_ns') });

  it.each<[string, Pick<Policy, 'targets'>, Labels, Labels]>([
    ['the next alternative', between, { k8s_pod: 'web', k8s_ns: 'shop' }, { pod: 'web', namespace: 'shop' }],
    ['in place of one that the policy prefers less', between, { k8s_pod: 'web', pod: 'agent' }, { pod: 'web' }],
    ['the alternative before it', last, { k8s_pod: 'web', k8s_ns: 'shop' }, { pod_name: 'web', namespace: 'shop' }],
    [
      'not in place of one that the policy prefers',
      last,
      { k8s_ns: 'obs', namespace: 'shop' },
      { k8s_ns: 'obs', namespace: 'shop' },
    ],
    ['one that is free', last, { k8s_pod: 'web', pod_name: 'api' }, { pod: 'web', pod_name: 'api' }],
    ['one of another family', ownFamily, { k8s_pod: 'web', k8s_ns: 'shop' }, { pod: 'web', namespace: 'shop' }],
    ['itself, where no key of its place is known', nothingKnown, { k8s_pod: 'web' }, { k8s_pod: 'web' }],
    ['itself, where it is empty', between, { k8s_pod: '', node: 'n1' }, { k8s_pod: '', node: 'n1' }],
    ['itself, where the policy does not name it', between, { team: 'x', pod: 'web' }, { team: 'x', pod: 'web' }],
  ])('%s', (_, policy, labels, expected) => {
    expect(read(policy, labels)).toEqual(expected);
  });

  it('two new keys of one place: the one that the policy prefers', () => {
    const policy = policyOf({ name: ref('k8s_pod', 'my_pod', 'pod'), namespace: ref('namespace') });
    expect(read(policy, { my_pod: 'b', k8s_pod: 'a' })).toEqual({ pod: 'a', my_pod: 'b' });
  });

  it('what the model writes about it is told in the alert’s own keys', () => {
    const readAs = new Map([['k8s_pod', 'pod']]);
    const written = '{"name":"{{ $labels.pod }}","namespace":"{{ $labels.namespace }}"}';
    expect(ownReferences(readAs, written)).toBe(
      '{"name":"{{ $labels.k8s_pod }}","namespace":"{{ $labels.namespace }}"}',
    );
  });
});

/** Labels by which own-labels.ts tells what is reported on from what it was scraped from: another key means something else. */
const SCRAPED = new Set([...SCRAPE_LABELS, 'exported_namespace', 'kubernetes_pod_name']);

describe('an alert in the keys of a user’s policy', () => {
  const shippedKeys = policyKeys(smallRunbook.policy);
  const known = new Set([...shippedKeys.targets, ...shippedKeys.conditions]);
  const own = (key: string) => `own_${key}`;
  const rename = (template: string) =>
    template.replaceAll(/\$labels\.(\w+)/g, (_, key: string) => `$labels.${own(key)}`);
  /** Every template of the shipped targets, and before each the same with a key of the user's own. */
  const targets = new Map(
    [...smallRunbook.policy.targets].map(([name, families]) => [
      name,
      families.map((family) =>
        Object.fromEntries(
          Object.entries(family).map(([parameter, templates]) => [
            parameter,
            templates.flatMap((template) => [rename(template), template]),
          ]),
        ),
      ),
    ]),
  );
  const vocabulary = createVocabulary(JSON.parse(readFileSync(join(TINY, 'tokenizer.json'), 'utf8')) as VocabularyFile);
  const { scrapers } = smallRunbook.policy;
  const names = namePattern(['pod-restart']);
  const shipped: Reading = { keys: shippedKeys, scrapers, standIns: NO_STAND_INS, names };
  const extended: Reading = { ...shipped, standIns: standInsOf({ targets }, known) };

  it('is read as with the shipped keys, token by token', () => {
    checkProperty(fc.tuple(anyAlert, fc.nat()), ([alert, nth]) => {
      const renamable = Object.keys(alert.labels).filter((key) => shippedKeys.targets.has(key) && !SCRAPED.has(key));
      const key = renamable[nth % renamable.length];
      if (key === undefined) return false;
      const { [key]: value = '', ...others } = alert.labels;
      const renamed = { ...alert, labels: { ...others, [own(key)]: value } };
      expect(encodeAlert(vocabulary, renamed, extended)).toEqual(encodeAlert(vocabulary, alert, shipped));
      return true;
    });
  });
});
