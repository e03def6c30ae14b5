import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createClient } from '@redis/client';
import { AsreError } from '../errors.ts';
import { messageOf } from '../text/message.ts';
import type { Store, Versioned, Write } from './ledger.ts';

export interface RedisSettings {
  /** redis://[user@]host:port[/database], or rediss:// */
  readonly url: string;
  readonly password?: string;
  readonly timeoutMs: number;
}

/** One slot of a cluster for all keys: a decision is one script on several of them. */
const PREFIX = '{agent-sre}:';
const VERSION_CHARACTERS = 16;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Compares the versions of all keys that were read, and writes only if none has changed.
 * KEYS: those read, then those written. ARGV: how many were read, their versions ('' for none), then value and ttl of each write.
 */
const COMPARE_AND_SET = `
local count = tonumber(ARGV[1])
for at = 1, count do
  if redis.call('GETRANGE', KEYS[at], 0, ${VERSION_CHARACTERS - 1}) ~= ARGV[1 + at] then return 0 end
end
for at = count + 1, #KEYS do
  local value = 1 + count + 2 * (at - count) - 1
  redis.call('SET', KEYS[at], ARGV[value], 'PX', ARGV[value + 1])
end
return 1`;

type Client = ReturnType<typeof clientOf>;

/** The answers of a server that has become a replica. It keeps its connections; only a new one leads to the present primary. */
const DEMOTED = /^(READONLY|MASTERDOWN)/;

/**
 * Redis or Valkey, for any number of replicas. It is connected to at once, and again whenever it was away or is no longer the
 * primary; what it does not answer in time has failed.
 */
export function redisStore(settings: RedisSettings, report: (why: string) => void): Store {
  const client = clientOf(settings);
  const connect = () => void client.connect().catch(() => undefined); // reported as an event, and tried again
  client.on('error', (error: unknown) => report(messageWithoutPassword(error)));
  client.on('ready', () => void reportEviction(client, report).catch(() => undefined)); // not every server tells
  connect();
  const using = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const signal = AbortSignal.timeout(settings.timeoutMs);
    try {
      if (!client.isReady) await once(client, 'ready', { signal });
      // The client has no limit of its own for what it has sent.
      return await Promise.race([work(), expiry(signal)]);
    } catch (error) {
      if (DEMOTED.test(messageWithoutPassword(error)) && client.isOpen) {
        client.destroy();
        connect();
      }
      throw new AsreError('ASRE_LEDGER_FAILED', `Redis cannot be used (${messageWithoutPassword(error)})`, {
        cause: error,
      });
    }
  };
  return {
    kind: 'redis',
    read: (keys) => using(async () => (await client.mGet(keys.map(named))).map(parse)),
    write: (versions, writes) => using(() => compareAndSet(client, versions, writes)),
    close: async () => client.destroy(),
  };
}

function clientOf({ url, password, timeoutMs }: RedisSettings) {
  return createClient({
    url,
    ...(password === undefined ? {} : { password }),
    socket: { connectTimeout: timeoutMs, reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, LONGEST_PAUSE_MS) },
    disableOfflineQueue: true, // what waits for a connection would be decided on what was true long ago
  });
}

async function reportEviction(client: Client, report: (why: string) => void): Promise<void> {
  const told = await client.info('memory');
  const [, limit = '0'] = /^maxmemory:(\d+)/m.exec(told) ?? [];
  const [, policy = 'noeviction'] = /^maxmemory_policy:(\S+)/m.exec(told) ?? [];
  if (limit === '0' || policy === 'noeviction') return;
  report(
    `Redis forgets what it was told when its memory is full: maxmemory-policy must be noeviction, and is ${policy}`,
  );
}

async function expiry(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw new Error('no answer in time');
}

async function compareAndSet(
  redis: Client,
  versions: ReadonlyMap<string, string | undefined>,
  writes: readonly Write[],
): Promise<boolean> {
  const read = [...versions];
  const values = writes.flatMap(({ record, ttlMs }) => [
    newVersion() + JSON.stringify(record),
    String(Math.ceil(ttlMs)),
  ]);
  const answer = await redis.eval(COMPARE_AND_SET, {
    keys: [...read.map(([key]) => named(key)), ...writes.map(({ key }) => named(key))],
    arguments: [String(read.length), ...read.map(([, version = '']) => version), ...values],
  });
  return answer === 1;
}

function named(key: string): string {
  return PREFIX + key;
}

function newVersion(): string {
  return randomBytes(VERSION_CHARACTERS / 2).toString('hex');
}

function parse(value: string | null): Versioned | undefined {
  if (value === null) return undefined;
  const record = JSON.parse(value.slice(VERSION_CHARACTERS)) as Versioned['record'];
  return { record, version: value.slice(0, VERSION_CHARACTERS) };
}

// A URL can hold a password, and messages of the client can hold the URL.
function messageWithoutPassword(error: unknown): string {
  return messageOf(error).replaceAll(/\/\/[^@\s]*@/g, '//');
}
