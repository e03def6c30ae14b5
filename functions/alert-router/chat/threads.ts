/** Threads of Discord: the webhook of a forum makes one for a message that names it, and says which. */
import { type Exchange, isSuccess } from '../../../shared/http/exchange.ts';
import { isObject, parseJson } from '../../../shared/json.ts';

const THREAD = /^\d{1,20}$/;
const GONE = 404;

/** Where a message goes: into the thread of its incident, or where one is made and told. */
export function threadUrl(webhook: string, hasThreads: boolean, thread: string | undefined): string {
  if (!hasThreads) return webhook;
  const url = new URL(webhook);
  if (thread === undefined) url.searchParams.set('wait', 'true');
  else url.searchParams.set('thread_id', thread);
  return url.href;
}

/** The thread that was made for a message; its id is that of the channel. */
export function threadIn(exchange: Exchange): string | undefined {
  if (exchange.kind !== 'response' || !isSuccess(exchange.status)) return undefined;
  const answer = parseJson(exchange.body.toString('utf8'));
  const id = isObject(answer) ? answer.channel_id : undefined;
  return typeof id === 'string' && THREAD.test(id) ? id : undefined;
}

/** Whether somebody has removed the thread. */
export function isThreadGone(exchange: Exchange): boolean {
  return exchange.kind === 'response' && exchange.status === GONE;
}
