import { describe, expect, it } from 'vitest';
import { firedBy } from '../../../../cli/rules/fired.ts';
import { parseRuleFile } from '../../../../cli/rules/rule-file.ts';
import { run, temporaryFile } from '../../../support/terminal.ts';

const alertsOfRules = (text: string, name: string) =>
  parseRuleFile(text, name).rules.map(({ fields }) => firedBy(fields));

const CRASH = `
  - alert: KubePodCrashLooping
    expr: max_over_time(kube_pod_container_status_waiting_reason{job="kube-state-metrics", namespace!="kube-system"}[5m]) >= 1
    labels: {severity: warning}
    annotations:
      summary: 'Pod {{ $labels.namespace }}/{{ .Labels.pod }} restarts {{ $value | humanize }} times{{ if true }}.{{ end }}'
`;
const rules = (list: string) => `groups:\n- name: g\n  rules:${list}`;

describe('the alert of a rule', () => {
  it('has an annotation that is null as empty text, as Prometheus sends it', () => {
    const [alert] = alertsOfRules(
      rules('\n  - {alert: A, expr: up, annotations: {lambda_function: null}}'),
      'rules.yaml',
    );
    expect(alert?.annotations).toEqual({ lambda_function: '' });
  });

  it.each<[string, string, Record<string, string>]>([
    ['the labels of its templates', CRASH, { namespace: 'some-namespace', pod: 'some-pod', severity: 'warning' }],
    ['the values that its expression asks for', CRASH, { job: 'kube-state-metrics' }],
    [
      'its own labels, filled',
      '\n  - {alert: A, expr: "up", labels: {team: "{{ $labels.owner }}"}}',
      { team: 'some-owner' },
    ],
    [
      'what an aggregation keeps',
      '\n  - {alert: A, expr: \'sum by (job, pod) (up{job="web",x="y"}) == 0\'}',
      { job: 'web', pod: 'some-pod' },
    ],
  ])('has %s', (_, list, labels) => {
    const [alert] = alertsOfRules(rules(list), 'rules.yaml');
    expect(alert).toMatchObject({ status: 'firing', labels });
  });

  it('has not what an aggregation drops, nor what is asked to differ', () => {
    const list = '\n  - {alert: A, expr: \'sum(up{x="y",z!="w"}) by (pod)\'}';
    expect(alertsOfRules(rules(list), 'rules.yaml')[0]?.labels).toEqual({ alertname: 'A', pod: 'some-pod' });
  });

  it('has its texts filled', () => {
    const [alert] = alertsOfRules(rules(CRASH), 'rules.yaml');
    expect(alert?.annotations).toEqual({ summary: 'Pod some-namespace/some-pod restarts 1 times.' });
  });

  it('stands in a PrometheusRule too; recording rules fire nothing', () => {
    const text = `kind: PrometheusRule\nspec:\n  ${rules(`${CRASH}\n  - {record: r, expr: up}`).replaceAll('\n', '\n  ')}`;
    expect(alertsOfRules(text, 'rules.yaml')).toHaveLength(1);
  });
});

describe('agent-sre decide', () => {
  it('decides the rules of a file', async () => {
    const { exitCode, out } = await run(['decide', temporaryFile('rules.yaml', rules(CRASH))]);
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^KubePodCrashLooping some-namespace\/some-pod\n/)]);
  });

  it.each([
    ['groups: []', 'holds no alerting rule'],
    ['a: [', 'rules.yaml:1: '],
  ])('tells what is wrong with %j', async (text, message) => {
    const { exitCode, err } = await run(['decide', temporaryFile('rules.yaml', text)]);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
