import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSenders } from '../../../../cli/run/senders.ts';
import { readConfig } from '../../../../shared/config.ts';
import { type HttpClient, targetOf } from '../../../../shared/http/client.ts';
import { temporaryFolder } from '../../../support/terminal.ts';

const URL = 'http://127.0.0.1:8080/';

it('gives the token of this system to its own port, and to nobody else', async () => {
  const folder = temporaryFolder({ secret: 'given' });
  const config = readConfig({ WEBHOOK_TOKEN_FILE: join(folder, 'secret') });
  const senders = readSenders(config, folder, () => undefined);
  const sent: [string, string | undefined][] = [];
  const client: HttpClient = {
    async send({ url }, { authorization }) {
      sent.push([url, authorization]);
      return { kind: 'timeout' };
    },
    close: () => undefined,
  };
  const others = ['http://127.0.0.1:8081/', 'http://127.0.0.1:8080@elsewhere/', 'http://elsewhere/'];
  for (const url of [`${URL}default/default`, ...others]) {
    await senders.admitted(client, () => URL).send(targetOf(url), {}, '', 1);
  }
  await senders.admitted(client, () => '').send(targetOf('http://elsewhere/'), {}, '', 1);
  const token = `Bearer ${readFileSync(join(folder, 'broker-token'), 'utf8')}`;
  expect(sent.map(([, authorization]) => authorization)).toEqual([token, undefined, undefined, undefined, undefined]);
  expect(() => senders.check(token)).not.toThrow();
  expect(() => senders.check(undefined)).toThrow();
});

it('asks nobody where the webhook asks for nothing', () => {
  const senders = readSenders(readConfig({}), '/nowhere', () => undefined);
  expect(senders.environment).toEqual({});
  expect(() => senders.check(undefined)).not.toThrow();
});
