import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { SHIPPED } from '../../../../../functions/alert-router/chat/shipped.ts';
import { loadTemplate, readTemplate } from '../../../../../functions/alert-router/chat/template.ts';
import { readConfig } from '../../../../../shared/config.ts';
import { RECEIVERS } from '../../../../../shared/settings/people.ts';
import { run, temporaryFolder } from '../../../../support/terminal.ts';

const SOUND = { ...SHIPPED.discord, asked: '{{ call }} until {{ until }}' };

function fileOf(content: object): string {
  const file = join(temporaryFolder({}), 'chat.yaml');
  writeFileSync(file, stringify(content));
  return file;
}

describe('a template', () => {
  it.each(RECEIVERS)('that is shipped is sound: %s', (receiver) => {
    expect(readTemplate(readConfig({ APPROVAL_WEBHOOK_RECEIVER: receiver })).problems).toEqual([]);
    expect(readTemplate(readConfig({ APPROVAL_WEBHOOK_TEMPLATE_FILE: fileOf(SHIPPED[receiver]) })).template).toEqual(
      loadTemplate(readConfig({ APPROVAL_WEBHOOK_RECEIVER: receiver })),
    );
  });

  it.each([
    ['a receiver that is not known', { ...SOUND, for: 'slak' }, 1, /for must be one of .*did you mean slack/],
    ['a key that is not known', { ...SOUND, askd: 'x' }, 17, /unknown key "askd"; did you mean asked/],
    ['a placeholder that is not there', { ...SOUND, verified: 'x\n{{ tooks }}' }, 3, /no \{\{ tooks \}\} here; .*took/],
    ['one of another kind of news', { ...SOUND, verified: '{{ token }}' }, 3, /there is no \{\{ token \}\} here/],
    ['an action', { ...SOUND, asked: '{{ .Labels.x }}' }, 2, /stand around the name of a placeholder only/],
    ['a span of code that does not end', { ...SOUND, asked: 'a `{{ call }}' }, 2, /does not end on its line/],
    ['a body that says nothing', { ...SOUND, body: { content: 'news!' } }, 12, /needs \{\{ text \}\} or an "each"/],
    ['news outside of an each', { ...SOUND, body: { content: '{{ text }}{{ call }}' } }, 13, /no \{\{ call \}\} here/],
    ['threads that the receiver has not', { ...SOUND, for: 'slack', threads: true }, 17, /only the webhook of a forum/],
    ['a text that is missing', { ...SOUND, left_out: undefined }, 1, /required property 'left_out'/],
  ])('is refused for %s, with its line', async (_, content, line, message) => {
    const file = fileOf(content);
    const { problems } = readTemplate(readConfig({ APPROVAL_WEBHOOK_TEMPLATE_FILE: file }));
    expect(problems).toContainEqual({ file, line, message: expect.stringMatching(message) });
    expect(() => loadTemplate(readConfig({ APPROVAL_WEBHOOK_TEMPLATE_FILE: file }))).toThrow(
      'APPROVAL_WEBHOOK_TEMPLATE_FILE: ',
    );
    const { out, exitCode } = await run(['check'], { env: { APPROVAL_WEBHOOK_TEMPLATE_FILE: file } });
    expect(out).toContain(`${file}:${line}: `);
    expect(exitCode).toBe(1);
  });

  it('has every mistake of every kind named at once, and no list of names that fills the screen', async () => {
    const texts = { asked: '{{ cal }}', verified: '{{ token }}', body: { content: 'news!' } };
    const file = fileOf({ ...SOUND, ...texts, for: 'slak', askd: 'x', left_out: undefined });
    const { out, err } = await run(['check'], { env: { APPROVAL_WEBHOOK_TEMPLATE_FILE: file } });
    for (const part of [
      'for must be',
      '"askd"',
      "'left_out'",
      '{{ cal }}',
      '{{ token }}',
      'says nothing of the news',
    ]) {
      expect(out).toContain(part);
    }
    expect(err).toMatch(/^agent-sre: 6 problems/);
    expect(out).toMatch(/it may use (\w+, ){11}\w+ and \d+ more$/m);
  });

  it('that is not there is told as such', () => {
    expect(() => loadTemplate(readConfig({ APPROVAL_WEBHOOK_TEMPLATE_FILE: '/nowhere/chat.yaml' }))).toThrow(
      '/nowhere/chat.yaml:1: cannot be read (ENOENT)',
    );
  });
});
