import { describe, expect, it } from 'vitest';
import { addSample, firingsOf, type Stretch, type Window } from '../../../../cli/backtest/firing.ts';
import { partsOf } from '../../../../cli/backtest/prometheus.ts';
import { textsOfRules } from '../../../../cli/backtest/rule-texts.ts';

const MINUTE = 60_000;
const WINDOW: Window = { fromMs: 0, toMs: 100 * MINUTE, stepMs: MINUTE };
const alert = { labels: { alertname: 'A' }, annotations: {} };

/** Samples as minute, or minute@active since; the firings as from-to in minutes, to the end where nothing stands. */
const JOINED: readonly [string, string, string][] = [
  ['samples one step apart', '3 4 5', '3-6'],
  ['one sample', '3', '3-4'],
  ['a gap', '3 4 6', '3-5 6-7'],
  ['a gap in which Prometheus was down', '3@1 4@1 60@1', '3-61'],
  ['another firing without a step between', '3@1 4@1 5@5', '3-5 5-6'],
  ['a server that keeps no ALERTS_FOR_STATE for a while', '3@1 4 5@1', '3-6'],
  ['what still fires', '98 99 100', '98-'],
  ['what has fired to the step before the last', '98 99', '98-100'],
];

describe('samples', () => {
  it.each(JOINED)('of %s are joined', (_, samples, expected) => {
    const stretches: Stretch[] = [];
    for (const sample of samples.split(' ')) {
      const [at, active] = sample.split('@').map(Number);
      addSample(stretches, (at ?? 0) * MINUTE, active, WINDOW);
    }
    const firings = firingsOf(alert, stretches, WINDOW);
    const text = firings.map(({ fromMs, toMs }) => `${fromMs / MINUTE}-${toMs === undefined ? '' : toMs / MINUTE}`);
    expect(text.join(' ')).toBe(expected);
  });

  it('are asked for in parts under the limit of Prometheus, each step once', () => {
    const window = { fromMs: 7, toMs: 7 + 7 * 24 * 60 * MINUTE, stepMs: MINUTE };
    const steps = partsOf(window).map(({ fromMs, toMs }) => (toMs - fromMs) / MINUTE + 1);
    expect(Math.max(...steps)).toBeLessThanOrEqual(11_000);
    const times = partsOf(window).flatMap((part) => [part.fromMs, part.toMs]);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(steps.reduce((sum, count) => sum + count, 0)).toBe(7 * 24 * 60 + 1);
  });
});

const RULES = [
  { alert: 'Full', expr: 'x < 3', labels: {}, annotations: { summary: 'some day' } },
  { alert: 'Full', expr: 'x < 1', labels: { severity: 'warning' }, annotations: { summary: 'soon' } },
  { alert: 'Full', expr: 'x < 2', labels: { severity: 'critical' }, annotations: { summary: 'now' } },
  { alert: 'Any', expr: 'y', labels: { team: '{{ $labels.namespace }}' }, annotations: { summary: 'any' } },
  {
    alert: 'Call',
    expr: 'rate(z[1h]) > 1',
    labels: { namespace: 'shop' },
    annotations: {
      summary: '{{ $labels.pod }} {{ $value }} {{ $labels.constructor }}',
      lambda_function: 'scale-deployment',
      lambda_parameters:
        '{"name": "{{ $labels.pod }}", "namespace": "{{ $labels.namespace }}", "replicas": {{ $value }}}',
    },
  },
].map((fields) => ({ alert: fields.alert, place: 'rules.yml: g', fields }));

describe('the annotations of a past alert', () => {
  const texts = textsOfRules(RULES, 'http://prometheus/path');

  it.each([
    [{ alertname: 'Full', severity: 'critical' }, { summary: 'now' }],
    [{ alertname: 'Full', severity: 'warning' }, { summary: 'soon' }],
    [{ alertname: 'Full', severity: 'info' }, { summary: 'some day' }],
    [{ alertname: 'Any' }, { summary: 'any' }],
    [{ alertname: 'Any', team: 'payments' }, { summary: 'any' }],
    [{ alertname: 'toString' }, {}],
  ])('of %j are those of the rule that has its labels', (labels, annotations) => {
    expect(texts.alertOf(labels).annotations).toEqual(annotations);
  });

  it('see the labels of the series; what decides is never made up', () => {
    const { annotations, generatorURL } = texts.alertOf({ alertname: 'Call', namespace: 'shop', pod: 'web' });
    expect(annotations).toEqual({
      summary: 'web 1 ',
      lambda_function: 'scale-deployment',
      lambda_parameters: '{"name": "web", "namespace": "", "replicas": {{ $value }}}',
    });
    expect(generatorURL).toBe('http://prometheus/path/graph?g0.expr=rate%28z%5B1h%5D%29+%3E+1');
  });

  it('are missed by name', () => {
    const gone = textsOfRules(RULES, 'http://prometheus');
    for (let index = 0; index < 14; index++) gone.alertOf({ alertname: `Gone${index}` });
    expect(gone.notes()).toEqual([expect.stringMatching(/^no current rule fires Gone0, .*Gone11 and 2 more: /)]);
  });
});
