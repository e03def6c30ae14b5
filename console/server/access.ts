/** Who may use the console, and from which page. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { readSecretFile } from '../../shared/config.ts';
import { isSameText } from '../../shared/keys.ts';

/** What the console answers to a request that it does not let in. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly why: string;
}

export interface Access {
  /** What is wrong with any request to the console; undefined where nothing is. */
  refuseHost(headers: IncomingHttpHeaders): Refusal | undefined;
  /** Likewise, of a request for data. */
  refuseStranger(headers: IncomingHttpHeaders): Refusal | undefined;
  /** Likewise, of a request that changes something: no page of another origin may send it. */
  refusePage(headers: IncomingHttpHeaders): Refusal | undefined;
  /** The cookie that stands for the token; undefined where it is not the token. */
  cookieOf(token: string): string | undefined;
}

export interface AccessSettings {
  /** The address that is listened on. */
  readonly host: string;
  /** File of the token; blank for none. */
  readonly tokenFile: string;
}

/** A page of another origin cannot send it without asking first, and nobody answers such a question. */
const PAGE_HEADER = 'x-agent-sre-console';

const COOKIE = 'agent-sre-console';
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/** @throws {AsreError} ASRE_CONFIG_INVALID where the file of the token cannot be read or is empty */
export function createAccess({ host, tokenFile }: AccessSettings): Access {
  const token = tokenFile === '' ? undefined : readSecretFile('CONSOLE_TOKEN_FILE', tokenFile);
  const session = token && createHash('sha256').update(`session\n${token}`).digest('base64url');
  return {
    refuseHost(headers) {
      if (token !== undefined) return undefined;
      if (!LOOPBACK.test(host)) {
        return {
          status: 403,
          why: 'the console is closed: this port is open to other machines; set CONSOLE_TOKEN_FILE',
        };
      }
      // A page whose name was made to lead here (DNS rebinding) would read everything.
      const named = hostname(headers.host);
      return LOOPBACK.test(named) ? undefined : { status: 403, why: 'open the console as localhost or 127.0.0.1' };
    },
    refuseStranger(headers) {
      if (token === undefined || session === undefined) return undefined;
      const given = cookie(headers.cookie) ?? '';
      const bearer = /^bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1]?.trim() ?? '';
      const isKnown = [isSameText(given, session), isSameText(bearer, token)].includes(true);
      return isKnown ? undefined : { status: 401, why: 'the console asks for the token of CONSOLE_TOKEN_FILE' };
    },
    refusePage({ origin, host: named, 'sec-fetch-site': site, [PAGE_HEADER]: mark }) {
      const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === named);
      const isSameSite = site === undefined || site === 'same-origin';
      if (isOwn && isSameSite && mark === '1') return undefined;
      return { status: 403, why: 'only the page of the console may send this' };
    },
    cookieOf(given) {
      if (token === undefined || session === undefined || !isSameText(given.trim(), token)) return undefined;
      return `${COOKIE}=${session}; Path=/console; HttpOnly; SameSite=Strict; Max-Age=2592000`;
    },
  };
}

function cookie(header = ''): string | undefined {
  const pairs = header.split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}

function hostname(host = ''): string {
  return host.replace(/:\d+$/, '');
}
