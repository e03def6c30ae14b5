/** The events of the interleavings: of alerts, and those that a stranger makes up. */
import { issueToken, selectionHash } from '../../functions/emit-trigger/approvals.ts';
import { triggerIdOf } from '../../functions/emit-trigger/decide.ts';
import { type Alert, episodeOf } from '../../shared/alert/alert.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import {
  alertResolved,
  approvalGranted,
  approvalRequested,
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSelected,
} from '../../shared/events/index.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { passingKey } from '../../shared/keys.ts';
import type { Incoming } from '../../shared/runtime/request/incoming.ts';
import { selectedByRules } from './alerts.ts';

export const FORGERIES = ['failed', 'done', 'sent', 'asked', 'ineffective', 'approval', 'resolved'] as const;
export type Forgery = (typeof FORGERIES)[number];

const QUARTER_MS = 900_000;

/** A pod that crashes; of one that is waiting only a look is taken. */
export function podAlert(
  namespace: string,
  pod: string,
  more: Readonly<Record<string, string>> = {},
  alertname = 'PodOOMKilled',
): Alert {
  const labels = { alertname, namespace, pod, ...more };
  return { alertname, status: 'firing', labels, annotations: {}, startsAt: '2026-11-23T02:31:00.000Z' };
}

export function correlationOf(alert: Alert): string {
  return episodeOf(alert).correlationId;
}

export function selectionOf(alert: Alert, now: Date): CloudEvent {
  const { namespace = '', pod = '', phase } = alert.labels;
  const looks = phase !== undefined;
  const parameters = looks ? { name: pod, namespace } : { name: pod, namespace, type: 'pod' };
  const lambda_function = looks ? 'pod-check-status' : 'pod-restart';
  const data = selectedByRules(alert, lambda_function, parameters);
  return eventNamed(remediationSelected.type, `selected-${correlationOf(alert)}`, data, now);
}

export function resolutionOf(alert: Alert, now: Date): CloudEvent {
  return eventNamed(alertResolved.type, `resolved-${correlationOf(alert)}`, { ...alert, status: 'resolved' }, now);
}

export function eventNamed(type: string, id: string, data: unknown, now: Date): CloudEvent {
  const attributes = { specversion: '1.0', id, source: '/test', type, time: now.toISOString() };
  return { attributes, data };
}

export function incomingOf({ attributes, data }: CloudEvent): Incoming {
  const { id = '', source = '', type = '', time, hop = '0' } = attributes;
  const read = { id, source, type, time, hop: Number(hop), attributes: { ...attributes } as Incoming['attributes'] };
  return { ...read, readData: () => structuredClone(data), prefersReply: true, fromBroker: true };
}

/** What a stranger claims of an attempt of the alert's episode. Its ids anyone can compute, and so does this. */
export function forgedBy(
  { what, attempt }: { readonly what: Forgery; readonly attempt: number },
  alert: Alert,
  id: string,
  now: Date,
): CloudEvent {
  const selection = selectionOf(alert, now).data as Selection;
  const correlation_id = correlationOf(alert);
  const trigger_id = triggerIdOf(correlation_id, attempt);
  const expiresMs = now.getTime() + QUARTER_MS;
  const named = ({ type }: { readonly type: string }, data: object, as = id) => eventNamed(type, as, data, now);
  switch (what) {
    case 'failed':
    case 'done':
      return named(lambdaFinished, { ...lambdaFinished.example, correlation_id, trigger_id, outcome: what });
    case 'sent': {
      const { method: triggered_by, ...call } = selection;
      const data = { ...lambdaTrigger.example, ...call, triggered_by, correlation_id, attempt };
      return named(lambdaTrigger, data, trigger_id);
    }
    case 'asked': {
      const expires_at = new Date(expiresMs).toISOString();
      return named(approvalRequested, { ...approvalRequested.example, selection, attempt, expires_at });
    }
    case 'ineffective':
      return named(remediationIneffective, {
        ...remediationIneffective.example,
        ...{ selection, correlation_id, trigger_id, attempt },
      });
    case 'resolved':
      return named(alertResolved, { ...alert, status: 'resolved' });
    case 'approval': {
      const ticket = { correlationId: correlation_id, attempt, selection: selectionHash(selection), expiresMs };
      return named(approvalGranted, { token: issueToken(ticket, passingKey()()), approver: 'mallory' });
    }
    default:
      return what satisfies never;
  }
}
