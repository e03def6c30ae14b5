import { describe, expect, it } from 'vitest';
import { startReceiver } from '../../support/receiver.ts';
import { run, temporaryFile } from '../../support/terminal.ts';

const FIRED = 'io.homelab.prometheus.alert.fired';
const SELECTED = 'io.homelab.agent-sre.remediation.selected';

function event(id: string, type = FIRED) {
  return { specversion: '1.0', id, source: '/test', type, hop: '3', data: { labels: { alertname: id } } };
}

const recording = (...lines: readonly unknown[]) =>
  temporaryFile(
    'events.jsonl',
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );

const idsOf = (received: readonly { body: unknown }[]) => received.map(({ body }) => (body as { id: string }).id);

describe('replay', () => {
  it('sends events in their order, as they are', async () => {
    const { url, received } = await startReceiver();
    const { exitCode, out } = await run([
      'replay',
      recording(event('1'), '', event('2')),
      '--to',
      `${url}/default/default`,
    ]);
    expect(received.map(({ body }) => body)).toEqual([event('1'), event('2')]);
    expect(received[0]).toMatchObject({
      path: '/default/default',
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    expect([exitCode, out]).toEqual([0, '2 accepted, 0 failed']);
  });

  it('leaves out what the broker noted on the recorded delivery', async () => {
    const { url, received } = await startReceiver();
    await run(['replay', '-', '--to', url], { stdin: JSON.stringify({ ...event('1'), knativebrokerttl: '1' }) });
    expect(received[0]?.body).toEqual(event('1'));
  });

  it.each([
    [
      ['--only', FIRED],
      ['1', '3'],
    ],
    [['--only', 'remediation.selected'], ['2']],
    [
      ['--only', 'alert.fired', '--only', SELECTED],
      ['1', '2', '3'],
    ],
    [['--only', 'fired.alert'], []],
  ])('with %j sends %j', async (args, ids) => {
    const { url, received } = await startReceiver();
    const file = recording(event('1'), event('2', SELECTED), event('3'));
    const { out } = await run(['replay', file, '--to', url, ...args]);
    expect(idsOf(received)).toEqual(ids);
    expect(out).toContain(`${ids.length} accepted, 0 failed`);
  });

  it.each([
    ['is not JSON', '{"id":', 'is not JSON'],
    ['is not an object', '[]', 'is not an event'],
    ['lacks an attribute', { ...event('2'), type: '' }, 'the event lacks type'],
    ['is refused', event('bad'), 'answers 400 (no)'],
  ])('names a line that %s and goes on', async (_, line, problem) => {
    const { url, received } = await startReceiver(({ body }) =>
      (body as { id: string }).id === 'bad' ? { status: 400, body: 'no\n' } : { status: 202 },
    );
    const file = recording(event('1'), line, event('3'));
    const { exitCode, out, err } = await run(['replay', file, '--to', url]);
    expect(idsOf(received).filter((id) => id !== 'bad')).toEqual(['1', '3']);
    expect(err.split('\n')).toHaveLength(1);
    expect(err).toContain(`agent-sre: ${file}:2`);
    expect(err).toContain(problem);
    expect([exitCode, out]).toEqual([1, '2 accepted, 1 failed']);
  });

  it('stops at a bad line with --strict', async () => {
    const { url, received } = await startReceiver();
    const { exitCode, out } = await run(['replay', recording(event('1'), 'x', event('3')), '--to', url, '--strict']);
    expect(idsOf(received)).toEqual(['1']);
    expect([exitCode, out]).toEqual([1, '1 accepted, 1 failed']);
  });

  it('ends where nobody answers', async () => {
    const { exitCode, out, err } = await run([
      'replay',
      recording(event('1'), event('2')),
      '--to',
      'http://127.0.0.1:9',
    ]);
    expect(err).toContain('http://127.0.0.1:9/ gave no answer: ');
    expect(err.split('\n')).toHaveLength(1);
    expect([exitCode, out]).toEqual([1, '0 accepted, 1 failed']);
  });

  it('reads lines that come in pieces', async () => {
    const { url, received } = await startReceiver();
    const many = Array.from({ length: 500 }, (_, index) => ({ ...event(String(index)), note: 'ß'.repeat(300) }));
    const { out } = await run(['replay', recording(...many), '--to', url]);
    expect(out).toBe('500 accepted, 0 failed');
    expect(idsOf(received)).toEqual(many.map(({ id }) => id));
  });
});
