import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../shared/alert/alert.ts';
import { changesOf, type Flip } from '../../../../shared/runbook/changes.ts';
import { askable, explainDecision, functionOf } from '../../../../shared/runbook/explain.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

type Labels = Readonly<Record<string, string>>;

function alertWith(labels: Labels, annotations: Labels = {}): Alert {
  const { alertname = '' } = labels;
  return { alertname, status: 'firing', labels, annotations };
}

const CRASH = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'web-7c9f8d5b6-x2x7k' };
/** One entry more: its situation asks for the kind of the object. */
const asked = askable({
  ...smallRunbook,
  entries: [
    ...smallRunbook.entries,
    { id: 'flux-object', situation: 'flux-object', names: ['FluxResourceNotReady'], matchers: [] },
  ],
});
const KIND = { alertname: 'FluxResourceNotReady', namespace: 'flux-system', name: 'apps', kind: 'OCIRepository' };

describe('explainDecision', () => {
  it.each<readonly [what: string, labels: Labels, tried: readonly (readonly [string, string, RegExp])[]]>([
    [
      'a case that holds, and that those behind it were not tried',
      CRASH,
      [
        ['pod-restart', 'holds', /^not stateful, not stores-data, not cause-not-stated, the labels name its target$/],
        ['pod-check-status', 'not tried', /before it holds/],
        ['pod-check-status', 'not tried', /before it holds/],
        ['none', 'not tried', /before it holds/],
      ],
    ],
    [
      'the label that makes a condition true which the case is not for',
      { ...CRASH, reason: 'ImagePullBackOff' },
      [
        ['pod-restart', 'ruled out', /^it is not for cause-not-stated, which reason="ImagePullBackOff" says$/],
        ['pod-check-status', 'holds', /./],
      ],
    ],
    [
      'the labels that would make a condition true',
      KIND,
      [
        ['none', 'ruled out', /^it asks for suspended, which suspended or suspend or ready would say$/],
        ['flux-reconcile-kustomization', 'ruled out', /it asks for kustomization, which kind or customresource_kind/],
      ],
    ],
    [
      'the condition that a case asks for',
      { ...KIND, kind: 'HelmRelease', suspended: 'true' },
      [['none', 'holds', /^suspended by suspended="true"$/]],
    ],
    [
      'a target that no label names',
      { alertname: 'KubePodCrashLooping', pod: 'web' },
      [['pod-restart', 'ruled out', /^the labels do not fill pod-restart: parameters must have required property/]],
    ],
    [
      'the labels that could name a target',
      { alertname: 'KubePodCrashLooping' },
      [['pod-restart', 'ruled out', /^no label names the pod: exported_pod, pod, pod_name, exported_namespace/]],
    ],
    [
      'a protected namespace',
      { ...CRASH, namespace: 'kube-system' },
      [['pod-restart', 'ruled out', /^nothing is changed in a protected namespace$/]],
    ],
  ])('tells %s', (_, labels, tried) => {
    const { cases, entry } = explainDecision(asked, alertWith(labels));
    expect(entry).toBeDefined();
    for (const [index, [does, outcome, why]] of tried.entries()) {
      expect(cases[index]).toMatchObject({ does, outcome, why: expect.stringMatching(why) });
    }
  });

  it('tells that no entry takes an alert, or that nothing may be done for it', () => {
    expect(explainDecision(asked, alertWith({ alertname: 'Odd' }))).toEqual({
      cases: [],
      decision: { outcome: 'abstained', reason: 'no_match' },
    });
    const optedOut = alertWith(CRASH, { lambda_function: 'none' });
    expect(explainDecision(asked, optedOut).exclusion).toBe('the alert is opted out');
  });

  it('tells that an annotation which is misspelt lets only functions that observe follow', () => {
    const { cases } = explainDecision(asked, alertWith(CRASH, { lambda_function: 'pod-restrat' }));
    expect(cases[0]).toMatchObject({
      outcome: 'ruled out',
      why: expect.stringContaining('only functions that observe'),
    });
  });
});

describe('changesOf', () => {
  it.each<readonly [what: string, labels: Labels, change: readonly Flip[], leadsTo: string]>([
    ['a label that goes', { ...CRASH, reason: 'ImagePullBackOff' }, [{ name: 'reason' }], 'pod-restart'],
    ['a label that comes', CRASH, [{ name: 'statefulset', value: 'some-statefulset' }], 'pod-check-status'],
    ['another value', KIND, [{ name: 'kind', value: 'HelmRelease' }], 'flux-reconcile-helmrelease'],
    [
      'two labels where one does not do',
      { ...CRASH, reason: 'Evicted', owner_kind: 'StatefulSet' },
      [{ name: 'owner_kind' }, { name: 'reason' }],
      'pod-restart',
    ],
  ])('finds %s', (_, labels, flips, leadsTo) => {
    const found = changesOf(asked, alertWith(labels)).find(({ decision }) => functionOf(decision) === leadsTo);
    expect(found?.flips).toEqual(flips);
  });

  it.each<readonly [labels: Labels, words: RegExp]>([
    [{ ...CRASH, namespace: 'kube-system' }, /keeps pod-restart back: nothing is changed in a protected namespace/],
    [{ alertname: 'Odd' }, /an entry with names: \[Odd\]/],
  ])('finds what the runbook would have to say: %j', (labels, words) => {
    const changes = changesOf(asked, alertWith(labels));
    expect(changes.at(-1)?.runbook).toMatch(words);
  });

  it.each([CRASH, KIND, { ...CRASH, reason: 'Evicted', daemonset: 'x' }, { alertname: 'Watchdog' }])(
    'proposes only what leads where it says: %j',
    (labels) => {
      for (const { flips, runbook: line, decision } of changesOf(asked, alertWith(labels))) {
        if (line !== undefined) continue;
        const changed: Record<string, string> = { ...labels };
        for (const { name, value } of flips) {
          if (value === undefined) delete changed[name];
          else changed[name] = value;
        }
        expect(explainDecision(asked, alertWith(changed)).decision).toEqual(decision);
      }
    },
  );
});
