/** What a person answers on the page, as the event that emit-trigger waits for. */
import { type Static, Type } from '@sinclair/typebox';
import type { DecisionRecord } from '../../cli/history/record.ts';
import type { CloudEvent } from '../../shared/cloudevents/attributes.ts';
import { buildEvent } from '../../shared/events/envelope.ts';
import { approvalDenied, approvalGranted } from '../../shared/events/index.ts';
import { compileGuard } from '../../shared/json-schema.ts';
import { oneOf } from '../../shared/one-of.ts';
import { openRequest } from './decision.ts';

const Answer = Type.Object(
  {
    episode: Type.String({ minLength: 1, maxLength: 1_000 }),
    /** The id of the record that asked: a person answers what stands on the page, and not what was asked since. */
    question: Type.String({ minLength: 1, maxLength: 1_000 }),
    answer: oneOf(['granted', 'denied'] as const),
    approver: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
    comment: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  { additionalProperties: false },
);
export type Answer = Static<typeof Answer>;

export const isAnswer = compileGuard(Answer);

/** The event with the token of the question; undefined where that question is not open any more, or its token not known. */
export function approvalEvent(
  { episode, question, answer, approver, comment = '' }: Answer,
  records: readonly DecisionRecord[],
  token: string | undefined,
  now: Date,
): CloudEvent | undefined {
  if (token === undefined || openRequest(records, now)?.id !== question) return undefined;
  const said = { token, approver: approver.trim() };
  const data = comment.trim() === '' ? said : { ...said, comment: comment.trim() };
  const definition = answer === 'granted' ? approvalGranted : approvalDenied;
  const [fingerprint = ''] = episode.split('.');
  const draft = { definition, data, episode: { fingerprint, correlationId: episode }, key: JSON.stringify(data) };
  return buildEvent(draft, { hop: -1 }, 'console', now);
}
