import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../../../cli/history/record.ts';
import { approvalEvent } from '../../../../console/api/approvals.ts';
import { decisionOf } from '../../../../console/api/decision.ts';
import {
  approvalDenied,
  approvalGranted,
  lambdaFinished,
  lambdaTrigger,
  remediationSuppressed,
} from '../../../../shared/events/index.ts';
import { askable } from '../../../../shared/runbook/explain.ts';
import { remediated, scripted, waiting } from '../../../support/records.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const NOW = new Date('2026-11-28T12:00:00.000Z');
const LATER = new Date('2026-11-28T13:00:00.000Z');
const runbook = askable(smallRunbook);
const TOKEN = 'v1.test-token';
const context = { others: [], runbook, isAnswerable: () => true };
const asked = waiting('f.1', NOW) as unknown as DecisionRecord;
const denied = {
  ...asked,
  id: 'n',
  outcome: 'denied',
  event: { type: approvalDenied.type, data: {} },
} as unknown as DecisionRecord;
const suppressedAs = (reason: string) =>
  ({
    ...asked,
    id: reason,
    outcome: 'suppressed',
    reason,
    event: { type: remediationSuppressed.type, data: {} },
  }) as const;
const signed = (record: DecisionRecord): DecisionRecord => ({ ...record, signed: true });
const done = remediated('f.2', NOW) as unknown as DecisionRecord[];

describe('a decision', () => {
  const decision = decisionOf(done, context, NOW);

  it('says how each label was read', () => {
    const readings = Object.fromEntries(decision?.alert?.labels.map(({ name, reading }) => [name, reading]) ?? []);
    expect(readings).toEqual({
      ...{ alertname: 'read', exported_namespace: 'read', exported_pod: 'read' },
      ...{ team: 'unnamed', severity: 'unnamed', namespace: 'foreign', pod: 'foreign', job: 'foreign' },
    });
  });

  it('has the votes with their iterations, and what the Lambda reports', () => {
    expect(decision?.votes.map(({ method, trace }) => [method, trace.length])).toEqual([
      ['static', 0],
      ['trm', 3],
    ]);
    expect(decision?.steps.map(({ outcome, report }) => [outcome, report.length > 0])).toEqual([
      ['called', false],
      ['finished', true],
      ['verified', false],
    ]);
    expect(decision?.steps[1]?.report).toEqual(
      expect.arrayContaining([
        ['object', 'Pod shop/checkout-7c9f8d5b6-x2x7k'],
        ['owner', 'Deployment shop/checkout'],
        ['changes', 'metadata.deletionTimestamp: – → set'],
      ]),
    );
  });

  it('of nothing is none', () => {
    expect(decisionOf([], context, NOW)).toBeUndefined();
  });

  it.each([
    [undefined],
    [7],
    [{ alert: 7 }],
    [{ expires_at: { toString: 1 }, attempts: [{ trace: [{ answer: { toString: 1 } }] }] }],
    [{ attempts: [{ trace: 7, parameters: 7 }], alert: { labels: { alertname: 'A' } } }],
  ])('is read from data that may be anything: %j', (data) => {
    const odd = { ...scripted('f.3', NOW), event: { type: lambdaTrigger.type, data } } as unknown as DecisionRecord;
    expect(decisionOf([odd], context, NOW)).toMatchObject({ row: { episode: 'f.3' } });
  });

  it('has what the runbook says of the alert, and nothing where there is none', () => {
    const found = decisionOf([asked], context, NOW)?.runbook;
    expect(found?.explanation.entry?.situation).toBe('pod-failing');
    expect(found?.explanation.cases[0]).toMatchObject({ does: 'pod-restart', outcome: 'holds' });
    expect(found?.changes.map(({ flips }) => flips)).toContainEqual([
      { name: 'statefulset', value: 'some-statefulset' },
    ]);
    expect(decisionOf([asked], { ...context, runbook: undefined }, NOW)?.runbook).toBeUndefined();
  });

  it.each([
    ['is open', [asked], NOW, true],
    ['has expired', [asked], LATER, false],
    ['was denied', [asked, denied, suppressedAs('denied')], NOW, false],
    ['was approved', [asked, { ...asked, event: { type: lambdaTrigger.type, data: {} } }], NOW, false],
    ['is over, since the alert has resolved', [asked, suppressedAs('resolved')], NOW, false],
    ['waits while the alert is sent again', [asked, suppressedAs('waiting-approval')], NOW, true],
    ['was asked again', [asked, suppressedAs('denied'), { ...asked, id: 'again' }], NOW, true],
    ['anyone has denied, by a token that may not hold', [asked, denied], NOW, true],
    ['a stranger says was denied, where functions sign', [signed(asked), suppressedAs('denied')], NOW, true],
    ['was denied, where functions sign', [signed(asked), signed(suppressedAs('denied'))], NOW, false],
  ])('has a question that %s', (_, records, now, expected) => {
    const found = decisionOf(records, context, now);
    expect(found?.question !== undefined).toBe(expected);
  });
});

it('shows who answers the call that is asked for, and the alert and the votes that are signed, whatever a stranger sends', () => {
  const claims = { alert: { labels: { alertname: 'Harmless' } }, attempts: [{ method: 'rules', outcome: 'selected' }] };
  const claim = (type: string): DecisionRecord => ({
    ...asked,
    ...{ id: type, outcome: 'finished', signed: false, event: { type, data: claims } },
    ...{ alertname: 'Harmless', target: 'play/tmp', lambda_function: 'pod-check-status', parameters: 'name=tmp' },
  });
  const [before, after] = [claim(lambdaFinished.type), claim('io.homelab.agent-sre.remediation.unresolved')];
  const expected = decisionOf([signed(asked)], context, NOW);
  const found = decisionOf([before, signed(asked), after], context, NOW);
  const { alertname, target, lambda_function, parameters, votes } = expected?.row ?? {};
  expect(found?.row).toMatchObject({ alertname, target, lambda_function, parameters, votes });
  expect(found).toMatchObject({ alert: expected?.alert, votes: expected?.votes, question: expected?.question });
  expect(found?.question?.call).toBe(`${asked.lambda_function} ${asked.parameters}`);
});

it('is not answered where its token is not known', () => {
  const found = decisionOf([asked], { ...context, isAnswerable: () => false }, NOW);
  expect(found?.question?.isAnswerable).toBe(false);
});

describe('an answer', () => {
  const answer = { episode: 'f.1', question: asked.id, answer: 'granted', approver: ' mira ', comment: ' ' } as const;

  it('is the event with the token of the question', () => {
    const event = approvalEvent(answer, [asked], TOKEN, NOW);
    expect(event?.attributes).toMatchObject({ type: approvalGranted.type, correlationid: 'f.1' });
    expect(approvalGranted.parse(event?.data)).toEqual({ token: TOKEN, approver: 'mira' });
  });

  it.each([
    ['another question', { ...answer, question: 'other' }, [asked], NOW],
    ['one that has expired', answer, [asked], LATER],
    ['one that was answered', answer, [asked, denied, suppressedAs('denied')], NOW],
    ['none', answer, [], NOW],
  ])('to %s is not sent', (_, given, records, now) => {
    expect(approvalEvent(given, records, TOKEN, now)).toBeUndefined();
  });

  it('is not sent without the token', () => {
    expect(approvalEvent(answer, [asked], undefined, NOW)).toBeUndefined();
  });
});
