/**
 * Tells people by a webhook. This is a subscriber of what emit-trigger has sent, and no effect of emit-trigger: the broker
 * delivers it again while the webhook is away, and a slow webhook holds up no decision. alert-router has it because it is
 * the function at the door to the outside, in both directions, and is never scaled to zero on a cluster.
 */
import type { Config } from '../../shared/config.ts';
import { AsreError } from '../../shared/errors.ts';
import type { EventDefinition } from '../../shared/events/definition.ts';
import { approvalRequested, remediationIneffective, remediationVerified } from '../../shared/events/index.ts';
import { checkSignature } from '../../shared/events/signature.ts';
import { createHttpClient, targetOf } from '../../shared/http/client.ts';
import { describeExchange, type Exchange, isSuccess, retryAfterMs } from '../../shared/http/exchange.ts';
import type { KeySource } from '../../shared/keys.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Log } from '../../shared/log.ts';
import { type Context, done, type Handler, type Outcome, on } from '../../shared/runtime/function.ts';
import { askedNews, ineffectiveNews, type News, verifiedNews } from './chat/news.ts';
import { countFitting, type LeftOut, renderMessage } from './chat/render.ts';
import { type Seal, sealBy } from './chat/seal.ts';
import { loadTemplate, type Template } from './chat/template.ts';
import { isThreadGone, threadIn, threadUrl } from './chat/threads.ts';
import {
  afterRefused,
  afterTold,
  LONGEST_QUIET_MS,
  placeOf,
  type Telling,
  takeTurn,
  type Waiting,
} from './chat/turn.ts';

/** Where people are told. */
export interface Notify {
  /**
   * Tells the news of an event, with others of its incident, or says why not.
   *
   * @throws {AsreError} ASRE_NOTIFICATION_WAITS or ASRE_NOTIFICATION_FAILED
   */
  tell(eventId: string, news: News): Promise<Outcome>;
  close(): Promise<void>;
}

interface State {
  readonly notify: Notify;
  /** Undefined where nothing is signed. */
  readonly signingKeys: KeySource | undefined;
}

const TIMEOUT_MS = 10_000;

// A dead letter among them is tried once more; the broker then keeps it as undelivered.
export const notificationHandlers: readonly Handler<State>[] = [
  onNews(approvalRequested, askedNews),
  onNews(remediationVerified, verifiedNews),
  onNews(remediationIneffective, ineffectiveNews),
];

/** Nobody is told what a stranger makes up: a person could answer it. */
function onNews<Data>(definition: EventDefinition<Data>, newsOf: (data: Data, config: Config) => News): Handler<State> {
  return on(definition, (event, { state, config }: Context<State>) => {
    checkSignature(event, state.signingKeys, new Date());
    return state.notify.tell(event.id, newsOf(event.data, config));
  });
}

const NOBODY: Notify = { tell: async () => done('no webhook'), close: async () => undefined };

/** @throws {AsreError} ASRE_CONFIG_INVALID where the template or the ledger cannot be used */
export async function openNotify(
  config: Config,
  log: Pick<Log, 'error'>,
  now: () => Date = () => new Date(),
): Promise<Notify> {
  const { APPROVAL_WEBHOOK_URL: webhook, APPROVAL_WEBHOOK_PER_MINUTE: most } = config;
  if (webhook === '') return NOBODY;
  const { href: url } = new URL(webhook);
  const template = loadTemplate(config);
  const ledger = await openLedger({ ...config, LEDGER_URL: config.LEDGER_URL || 'memory:' }, now, log);
  return notifyBy({ url, template, ledger, seal: sealBy(url), most, now });
}

interface Parts {
  readonly url: string;
  readonly template: Template;
  readonly ledger: Ledger;
  readonly seal: Seal;
  readonly most: number;
  readonly now: () => Date;
}

function notifyBy({ url, template, ledger, seal, most, now }: Parts): Notify {
  const client = createHttpClient();
  const newsOf = (waiting: readonly Waiting[]) =>
    waiting.flatMap(({ sealed }) => (seal.open(sealed) as News | undefined) ?? []);
  const fitting = (waiting: readonly Waiting[], leftOut: LeftOut) => countFitting(template, newsOf(waiting), leftOut);
  const send = ({ batch, leftOut, thread }: Telling) => {
    const target = targetOf(threadUrl(url, template.hasThreads, thread));
    const body = renderMessage(template, newsOf(batch), leftOut, thread);
    return client.send(target, { 'content-type': 'application/json' }, body, TIMEOUT_MS);
  };
  return {
    async tell(id, news) {
      const { incident, kind, expiresMs } = news;
      const place = placeOf(seal.id, incident);
      const keys = [place.incident, place.overall];
      const own: Waiting = { id, kind, sealed: seal.close(news), ...(expiresMs === undefined ? {} : { expiresMs }) };
      const turn = await ledger.transact(keys, (known) =>
        takeTurn(place, own, known, { nowMs: now().getTime(), most, fitting }),
      );
      if (turn.kind === 'done') return done(turn.reason);
      if (turn.kind === 'wait') throw new AsreError('ASRE_NOTIFICATION_WAITS', turn.why);
      const exchange = await send(turn);
      if (exchange.kind !== 'response' || !isSuccess(exchange.status)) {
        const why = { quietMs: quietOf(exchange, now()), isThreadGone: isThreadGone(exchange) };
        await ledger.transact(keys, (known) => afterRefused(place, why, known, now().getTime()));
        throw new AsreError('ASRE_NOTIFICATION_FAILED', `APPROVAL_WEBHOOK_URL did not accept: ${whyOf(exchange)}`);
      }
      const made = template.hasThreads ? threadIn(exchange) : undefined;
      await ledger.transact(keys, (known) => afterTold(place, turn.batch, made, known, now().getTime()));
      if (turn.batch.some((each) => each.id === id)) return done('told');
      throw new AsreError('ASRE_NOTIFICATION_WAITS', 'one message does not hold all of the incident');
    },
    async close() {
      client.close();
      await ledger.close();
    },
  };
}

/** How long the receiver is left alone, which says so or does not. */
function quietOf(exchange: Exchange, now: Date): number {
  return Math.min(LONGEST_QUIET_MS, retryAfterMs(exchange, now) ?? 0);
}

// What the system says of an address that cannot be reached names the address.
function whyOf(exchange: Exchange): string {
  return describeExchange(exchange.kind === 'unreachable' ? { ...exchange, message: 'unreachable' } : exchange);
}
