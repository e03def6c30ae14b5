/** Events whose signature decides what they come to: its own that come back, and what alert-router and Lambda functions say. */
import { type Alert, episodeOf } from '../../shared/alert/alert.ts';
import type { EventDefinition } from '../../shared/events/definition.ts';
import type { LambdaFinished } from '../../shared/events/lambda-finished.ts';
import { checkSignature } from '../../shared/events/signature.ts';
import type { Known, Step } from '../../shared/ledger/ledger.ts';
import { type Context, type Handler, type Outcome, on, type TypedEvent } from '../../shared/runtime/function.ts';
import type { Answer, Around } from './decide.ts';
import { type Desk, settle } from './desk.ts';
import { isBelieved } from './signature.ts';

/** Takes an event of its own that has come back; one that it has not signed is a stranger's. */
export function ownReturned<Data>(
  definition: EventDefinition<Data>,
  decide: (event: TypedEvent<Data>, context: Context<Desk>) => Promise<Outcome>,
): Handler<Desk> {
  return on(definition, (event, context: Context<Desk>) => {
    checkSignature(event, context.state.signingKeys, context.state.now());
    return decide(event, context);
  });
}

/** Ends the episode of an alert, whoever says that it has resolved; what it proves, alert-router's signature decides. */
export function settleResolved(
  event: TypedEvent<Alert>,
  context: Context<Desk>,
  decide: (correlationId: string, signed: boolean, known: Known, around: Around) => Step<Answer>,
): Promise<Outcome> {
  const { signingKeys, now } = context.state;
  const signed = isBelieved(event, signingKeys, now());
  const { correlationId } = episodeOf(event.data, context.config);
  return settle(correlationId, context, (episode, ...rest) => decide(episode, signed, ...rest));
}

/** What a Lambda function says: a user's own need not sign, so what is not signed is taken until something signed comes. */
export function settleFinished(
  event: TypedEvent<LambdaFinished>,
  context: Context<Desk>,
  decide: (said: LambdaFinished, signed: boolean, known: Known, around: Around) => Step<Answer>,
): Promise<Outcome> {
  const { signingKeys, now } = context.state;
  const signed = isBelieved(event, signingKeys, now());
  return settle(event.data.correlation_id, context, (_, ...rest) => decide(event.data, signed, ...rest));
}
