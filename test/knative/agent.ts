/** Runs inside the bench's network namespace, where the real broker reaches it: the listener, and a hand that posts. */
import { Listener, post } from '../support/listener.ts';
import type { AgentAnswer, AgentRequest } from './bench.ts';

const listener = new Listener();

process.on('message', async (message: AgentRequest) => {
  const answer = await perform(message);
  process.send?.({ id: message.id, value: answer } satisfies AgentAnswer);
});
process.on('disconnect', () => process.exit(0));

async function perform(message: AgentRequest): Promise<unknown> {
  switch (message.kind) {
    case 'start':
      return listener.start();
    case 'calls':
      return listener.calls.slice(message.from);
    case 'publish':
      return post(message.url, message.headers, message.body).catch(() => 0);
    case 'request': {
      const { method, headers, body } = message;
      return (await fetch(message.url, { method, headers, ...(body === undefined ? {} : { body }) })).status;
    }
  }
}
