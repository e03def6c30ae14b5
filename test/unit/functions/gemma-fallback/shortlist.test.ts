import { describe, expect, it } from 'vitest';
import { questionOf, readingOf } from '../../../../functions/gemma-fallback/reading.ts';
import { SHORTLIST_LIMIT } from '../../../../functions/gemma-fallback/shortlist.ts';
import type { Alert, Labels } from '../../../../shared/alert/alert.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const reading = readingOf(smallRunbook);
const alertOf = (alertname: string, labels: Labels, summary?: string): Alert => ({
  ...{ alertname, status: 'firing', labels: { alertname, ...labels } },
  annotations: summary === undefined ? {} : { summary },
});
const listedOf = (alert: Alert) => questionOf(reading, alert).listed;
const namesOf = (alert: Alert) => listedOf(alert).map(({ tool }) => tool.name);
const POD = { namespace: 'shop', pod: 'web-7c9f8d5b6-x2x7k' };

describe('the shortlist', () => {
  it.each<[string, Labels, string[]]>([
    ['nothing', { team: 'blue' }, []],
    ['a pod', POD, ['pod_restart', 'pod_check_status']],
    ['a pod without its namespace', { pod: 'web-7c9f8d5b6-x2x7k' }, []],
    ['a claim', { namespace: 'shop', persistentvolumeclaim: 'data' }, ['check_pvc_status']],
    ['a node', { node: 'worker-1' }, ['node_cordon', 'node_check_status']],
    ['a job', { namespace: 'shop', job_name: 'backup-1' }, ['job_rerun']],
  ])('of labels that name %s holds what they can fill, and the tool that does nothing', (_, labels, expected) => {
    expect(namesOf(alertOf('Slow', labels))).toEqual([...expected, 'no_action']);
  });

  it('is no longer than it may be, in the order of the catalogue, and holds what the alert speaks of', () => {
    const everything = {
      ...POD,
      deployment: 'web',
      job_name: 'b',
      name: 'apps',
      node: 'w',
      persistentvolumeclaim: 'd',
    };
    const speaking = (alertname: string, summary: string) => namesOf(alertOf(alertname, everything, summary));
    const names = speaking('CertManagerCertExpirySoon', 'The certificate expires soon');
    expect(names).toHaveLength(SHORTLIST_LIMIT);
    expect(names).toContain('certificate_renew');
    expect(names).toEqual([
      ...reading.tools.map(({ name }) => name).filter((name) => names.includes(name)),
      'no_action',
    ]);
    expect(speaking('KubeJobFailed', 'backoff limit exceeded')).toContain('job_rerun');
    expect(speaking('ArgoCdAppOutOfSync', 'The Application is out of sync')).toContain('argocd_sync_application');
  });

  it('says which words speak for a function, and scores the name above the text', () => {
    const restart = (alert: Alert) => listedOf(alert).find(({ tool }) => tool.name === 'pod_restart');
    const named = restart(alertOf('PodCrashes', POD));
    expect(named?.words).toContain('crash');
    expect(named?.score).toBeGreaterThan(
      restart(alertOf('X', POD, 'the pod crashes'))?.score ?? Number.POSITIVE_INFINITY,
    );
  });
});

describe('the values that are offered', () => {
  const valuesOf = (labels: Labels, name: string) => {
    const listed = listedOf(alertOf('KubePodCrashLooping', labels)).find(({ tool }) => tool.name === name);
    return { ...Object.fromEntries(listed?.values ?? []), shapes: listed?.shapes };
  };

  it('are those of the calls that the runbook makes for these labels', () => {
    expect(valuesOf(POD, 'pod_restart')).toEqual({
      ...{ name: ['web-7c9f8d5b6-x2x7k'], namespace: ['shop'], which_type: ['pod'] },
      shapes: [['name', 'namespace', 'which_type']],
    });
    expect(valuesOf({ ...POD, statefulset: 'web' }, 'pod_check_status').shapes).toEqual([
      ['name', 'namespace'],
      ['namespace', 'selector'],
    ]);
  });

  it('are all that would be valid where the runbook makes none: what the model would call is told', () => {
    expect(valuesOf({ ...POD, namespace: 'kube-system' }, 'pod_restart')).toMatchObject({
      ...{ name: ['web-7c9f8d5b6-x2x7k'], namespace: ['kube-system'] },
      which_type: ['pod', 'deployment', 'statefulset', 'daemonset'],
    });
  });

  it('hold no label that could be a control token', () => {
    expect(namesOf(alertOf('X', { namespace: 'shop', pod: '<eos>' }))).toEqual(['no_action']);
  });
});
