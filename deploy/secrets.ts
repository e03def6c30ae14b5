import { FUNCTIONS, LAMBDAS } from '../build/project.ts';

/** The secrets that the manifests refer to and nobody commits; docs/deploy.md shows how each is made. */
export interface SecretFile {
  /** The Secret of the namespace. */
  readonly secret: string;
  readonly key: string;
  /** The setting that names the mounted file. */
  readonly setting: string;
  /** The functions that read it. */
  readonly readers: readonly string[];
}

export const SECRETS: readonly SecretFile[] = [
  {
    ...{ secret: 'agent-sre-webhook', key: 'token', setting: 'WEBHOOK_TOKEN_FILE' },
    readers: ['alert-router'],
  },
  {
    ...{ secret: 'agent-sre-signing', key: 'keys', setting: 'SIGNING_KEY_FILE' },
    readers: [...FUNCTIONS, ...LAMBDAS].map(({ name }) => name), // and the console of components/console
  },
  {
    ...{ secret: 'agent-sre-approval', key: 'keys', setting: 'APPROVAL_KEY_FILE' },
    readers: ['emit-trigger'],
  },
  {
    ...{ secret: 'agent-sre-ledger', key: 'password', setting: 'LEDGER_PASSWORD_FILE' },
    readers: ['emit-trigger'],
  },
  {
    ...{ secret: 'agent-sre-chat', key: 'url', setting: 'APPROVAL_WEBHOOK_URL' },
    readers: [], // components/chat gives it to alert-router
  },
  {
    ...{ secret: 'agent-sre-console', key: 'token', setting: 'CONSOLE_TOKEN_FILE' },
    readers: [], // the console of components/console
  },
];

/** Where the file of a secret is in the containers. */
export function pathOf({ secret, key }: SecretFile): string {
  return `/etc/agent-sre/${secret}/${key}`;
}
