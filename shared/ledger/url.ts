/** What LEDGER_URL takes; none: is for tests. */
export const LEDGER_KINDS = 'redis://HOST:6379, rediss://HOST:6379, file:///FOLDER or memory:';

type LedgerKind = 'redis:' | 'rediss:' | 'file:' | 'memory:' | 'none:';

export interface LedgerUrl {
  readonly kind: LedgerKind;
  readonly url: URL;
}

const KINDS: Readonly<Record<LedgerKind, (url: URL) => boolean>> = {
  'redis:': ({ hostname }) => hostname !== '',
  'rediss:': ({ hostname }) => hostname !== '',
  'file:': ({ hostname, pathname }) => hostname === '' && !/%2f/i.test(pathname), // what fileURLToPath takes
  'memory:': () => true,
  'none:': () => true,
};

/** The address of a ledger, or undefined where the text is none. */
export function parseLedgerUrl(text: string): LedgerUrl | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const kind = (Object.keys(KINDS) as LedgerKind[]).find((each) => each === url?.protocol);
  return url !== undefined && kind !== undefined && KINDS[kind](url) ? { kind, url } : undefined;
}
