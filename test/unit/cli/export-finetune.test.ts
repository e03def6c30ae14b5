import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, run } from '../../support/terminal.ts';

const RUNBOOK = ['--runbook', join(FIXTURES, 'runbook-small')];

async function exportOf(...args: string[]) {
  const { exitCode, out, err } = await run(['export-finetune', ...RUNBOOK, ...args]);
  return { exitCode, err, lines: out.split('\n') };
}

interface Example {
  readonly tools: readonly {
    readonly function: { readonly name: string; readonly parameters: { readonly required?: string[] } };
  }[];
  readonly messages: readonly [
    { readonly role: string; readonly content: string },
    { readonly role: string; readonly content: string },
    {
      readonly role: string;
      readonly tool_calls: [
        { readonly function: { readonly name: string; readonly arguments: Record<string, string> } },
      ];
    },
  ];
}

describe('agent-sre export-finetune', () => {
  it('writes examples whose call is of a tool that they declare, with values of the alert or the catalogue', async () => {
    const { exitCode, lines } = await exportOf('--count', '60');
    expect(exitCode).toBe(0);
    expect(lines.length).toBeGreaterThan(10);
    const constants = new Set(['pod', 'deployment', '+1']);
    for (const { tools, messages } of lines.map((line) => JSON.parse(line) as Example)) {
      expect(messages.map(({ role }) => role)).toEqual(['developer', 'user', 'assistant']);
      const [
        ,
        user,
        {
          tool_calls: [call],
        },
      ] = messages;
      const tool = tools.find(({ function: { name } }) => name === call.function.name);
      expect(tool?.function.parameters.required ?? []).toSatisfy((keys: string[]) =>
        keys.every((key) => key in call.function.arguments),
      );
      for (const value of Object.values(call.function.arguments)) {
        const bare = value.replace(/^app\.kubernetes\.io\/name=/, '');
        expect(constants.has(value) || user.content.includes(`: ${bare}`)).toBe(true);
      }
    }
  });

  it('writes the same for the same seed', async () => {
    expect((await exportOf('--count', '20')).lines).toEqual((await exportOf('--count', '20')).lines);
    expect((await exportOf('--count', '20', '--seed', '2')).lines).not.toEqual((await exportOf('--count', '20')).lines);
  });

  it.each([
    [['--split', 'test'], '"test" is not a split'],
    [['--count', '0'], '"0" is not a whole number'],
    [['--count', '1e3'], '"1e3" is not a whole number'],
  ])('refuses %j', async (args, expected) => {
    const { exitCode, err } = await exportOf(...args);
    expect(exitCode).toBe(2);
    expect(err).toContain(expected);
  });
});
