import { describe, expect, it } from 'vitest';
import { guarded, type Lean, staticFirst } from '../../../eval/guard.ts';
import { parseAlert } from '../../../shared/alert/alert.ts';
import { smallRunbook } from '../../support/small-runbook.ts';

const alert = parseAlert({
  labels: { alertname: 'A', namespace: 'shop', pod: 'web-x2x7k' },
  annotations: { summary: 'it crashes' },
});
const restart = (name: string) => ({
  lambda_function: 'pod-restart',
  parameters: { name, namespace: 'shop', type: 'pod' },
});
const thresholds = { none: 0.5, observe: 0.6, mutating: 0.9 };
const lean = (call: Lean['call'], confidence: number): Lean => ({ call, confidence });

describe('guarded', () => {
  it.each([
    ['a sure call that both readings lead to', lean(restart('web-x2x7k'), 0.95), lean(restart('web-x2x7k'), 0.1), true],
    ['a call under its threshold', lean(restart('web-x2x7k'), 0.85), lean(restart('web-x2x7k'), 0.1), false],
    ['a call on a target that no label names', lean(restart('web-2'), 0.95), lean(restart('web-2'), 0.95), false],
    ['a call that only the text leads to', lean(restart('web-x2x7k'), 0.95), lean(null, 0.9), false],
    ['none that is sure', lean(null, 0.7), lean(null, 0.7), true],
    ['none that is not', lean(null, 0.4), lean(null, 0.4), false],
    ['no opinion', undefined, undefined, false],
  ])('%s', async (_, read, bare, accepted) => {
    const predictor = guarded(smallRunbook, thresholds, ([first]) => [
      first && Object.keys(first.annotations).length > 0 ? read : bare,
    ]);
    expect(await predictor.predict([alert])).toMatchObject([{ accepted }]);
  });

  it('takes none from a predictor where an entry names the alert and acts', async () => {
    const named = parseAlert({ labels: { alertname: 'PodOomKilled', namespace: 'shop', pod: 'web-1' } });
    const predictor = guarded(smallRunbook, thresholds, (alerts) => alerts.map(() => lean(null, 0.9)));
    expect(await predictor.predict([named, alert])).toMatchObject([{ accepted: false }, { accepted: true }]);
  });

  it('tells the choice behind an abstention', async () => {
    const predictor = guarded(smallRunbook, thresholds, () => [lean(restart('web-x2x7k'), 0.2)]);
    expect(await predictor.predict([alert])).toMatchObject([
      { ...restart('web-x2x7k'), accepted: false, confidence: 0.2 },
    ]);
  });
});

describe('staticFirst', () => {
  const optedOut = parseAlert({ labels: { alertname: 'B' }, annotations: { lambda_function: 'none' } });
  const noData = parseAlert({ labels: { alertname: 'C', grafana_state_reason: 'NoData' } });
  const slip = parseAlert({
    labels: { alertname: 'D', pod: 'p', namespace: 'n' },
    annotations: { lambda_function: 'x' },
  });

  it('decides what was written down, and asks the predictor for the rest alone', async () => {
    const asked: string[] = [];
    const predict = async (alerts: readonly (typeof alert)[]) => {
      asked.push(...alerts.map(({ alertname }) => alertname));
      return alerts.map(({ alertname }) => ({
        ...restart(alertname),
        ...{ accepted: true, confidence: 0.7 },
      }));
    };
    const predictions = await staticFirst(smallRunbook, { predict }).predict([optedOut, alert, noData, slip]);
    expect(asked).toEqual(['A', 'D']);
    expect(predictions).toMatchObject([
      { lambda_function: null, accepted: true, confidence: 1 },
      { parameters: { name: 'A' }, confidence: 0.7 },
      { lambda_function: null, accepted: true, confidence: 1 },
      { parameters: { name: 'D' }, confidence: 0.7 },
    ]);
  });
});
