import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAlert, type Reading } from '../../../../functions/trm-reason/encode.ts';
import { selectRemediation } from '../../../../functions/trm-reason/select.ts';
import {
  labelsReadAs,
  NO_STAND_INS,
  ownReferences,
  standInsFor,
  standInsOf,
} from '../../../../functions/trm-reason/stand-ins.ts';
import { createVocabulary, type VocabularyFile } from '../../../../functions/trm-reason/tokenizer.ts';
import { type Alert, type Labels, labelValue } from '../../../../shared/alert/alert.ts';
import { ownLabels, SCRAPE_LABELS } from '../../../../shared/alert/own-labels.ts';
import { ANY_CONFIDENCE } from '../../../../shared/reasoning/guard.ts';
import { fillTarget, resolveParameters } from '../../../../shared/runbook/decide.ts';
import { policyKeys } from '../../../../shared/runbook/keys.ts';
import type { Policy, Target } from '../../../../shared/runbook/runbook.ts';
import { resolveTemplate } from '../../../../shared/runbook/template.ts';
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
  const exported = policyOf(
    { name: ref('k8s_pod'), namespace: ref('k8s_ns') },
    { name: ref('exported_pod'), namespace: ref('exported_namespace') },
    { name: ref('pod'), namespace: ref('namespace') },
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
    ['the plainest of other families', exported, { k8s_pod: 'web', k8s_ns: 'shop' }, { pod: 'web', namespace: 'shop' }],
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

  it.each(['{{$labels.pod}}', '{{  $labels.pod\t}}', '{{ $labels.pod}}'])(
    'as every reference that would be filled: %j',
    (written) => {
      expect(ownReferences(new Map([['k8s_pod', 'pod']]), written)).toBe('{{ $labels.k8s_pod }}');
    },
  );
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

describe('whatever keys a policy lists, in whatever order, and whatever an alert holds', () => {
  const NEW = ['k8s_pod', 'my_pod', '_', '__proto__', 'constructor', 'toString'];
  const key = fc.constantFrom(...KNOWN, ...NEW);
  const family = fc
    .tuple(fc.uniqueArray(key, { minLength: 1, maxLength: 6 }), fc.uniqueArray(key, { minLength: 1, maxLength: 4 }))
    .map(([name, namespace]) => ({ name: ref(...name), namespace: ref(...namespace) }));
  const anyPolicy = fc
    .array(fc.array(family, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((targets) => ({ targets: new Map(targets.map((target, at) => [`target-${at}`, target])) }));
  const value = fc.oneof(
    key,
    key.map((each) => `{{ $labels.${each} }}`),
    fc.constantFrom('', '$&', '$1', '"}', 'web-1'),
  );
  const someLabels = fc
    .array(fc.tuple(fc.oneof(key, fc.string()), value), { maxLength: 40 })
    .map((pairs): Labels => Object.fromEntries(pairs));

  it('a reference is filled with the value that the model has read under its key', () => {
    checkProperty(
      fc.tuple(anyPolicy, someLabels),
      ([policy, labels]) => {
        const readAs = standInsFor(standInsOf(policy, KNOWN), labels);
        const shown = labelsReadAs(readAs, labels);
        for (const name of [...KNOWN, ...NEW]) {
          const filled = resolveTemplate(ownReferences(readAs, `{{ $labels.${name} }}`), labels);
          const seen = labelValue(shown, name);
          // A key that is read as another is not shown; whoever names it all the same means its own value.
          const expected = readAs.has(name) && seen === undefined ? labelValue(labels, name) : seen;
          expect('value' in filled ? filled.value : undefined).toBe(expected);
        }
        return readAs.size > 0;
      },
      1_000,
    );
  });

  it('no value is shown twice, none is made up, and each new key is read as one that is known', () => {
    checkProperty(
      fc.tuple(anyPolicy, someLabels),
      ([policy, labels]) => {
        const readAs = standInsFor(standInsOf(policy, KNOWN), labels);
        expect(new Set(readAs.values()).size).toBe(readAs.size);
        for (const [own, standIn] of readAs) expect([KNOWN.has(own), KNOWN.has(standIn)]).toEqual([false, true]);
        const kept = Object.entries(labelsReadAs(readAs, labels)).filter(
          ([name]) => ![...readAs.values()].includes(name),
        );
        for (const [name, each] of kept) expect(labels[name]).toBe(each);
        return readAs.size > 0;
      },
      1_000,
    );
  });

  it('a call that is accepted is one that a situation decides on for the alert’s own labels', () => {
    const POD = { name: 'pod', namespace: 'namespace' };
    checkProperty(
      fc.tuple(anyPolicy, someLabels, key, key, fc.boolean()),
      ([{ targets }, some, name, namespace, own]) => {
        const [pod = []] = targets.values();
        const runbook = { ...smallRunbook, policy: { ...smallRunbook.policy, targets: new Map([['pod', pod]]) } };
        const labels = { k8s_pod: 'web-x2x7k', namespace: 'shop', ...some };
        const alert: Alert = { alertname: 'A', status: 'firing', labels, annotations: {} };
        const readAs = standInsFor(standInsOf(runbook.policy, KNOWN), labels);
        const templates = fillTarget(pod, labels);
        const parameters =
          own && templates ? templates : { name: ref(name)[0] ?? '', namespace: ref(namespace)[0] ?? '' };
        const text = ownReferences(readAs, JSON.stringify({ lambda_function: 'pod-check-status', parameters }));
        const decision = selectRemediation(runbook, alert, { text, confidence: 1, trace: [] }, ANY_CONFIDENCE);
        if (decision.outcome !== 'selected') return !own || templates === undefined;
        const expected = templates && resolveParameters(templates, ownLabels(runbook.policy, alert));
        expect(decision.parameters).toEqual(expected);
        expect(Object.keys(decision.parameters)).toEqual(Object.keys(POD));
        return true;
      },
    );
  });
});
