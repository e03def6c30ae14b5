import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS, type Receiver } from '../../../../../functions/alert-router/chat/markup.ts';
import {
  askedNews,
  ineffectiveNews,
  type News,
  verifiedNews,
} from '../../../../../functions/alert-router/chat/news.ts';
import { countFitting, renderMessage } from '../../../../../functions/alert-router/chat/render.ts';
import { loadTemplate } from '../../../../../functions/alert-router/chat/template.ts';
import { readConfig } from '../../../../../shared/config.ts';
import { approvalRequested, remediationIneffective, remediationVerified } from '../../../../../shared/events/index.ts';
import { RECEIVERS } from '../../../../../shared/settings/people.ts';

const TOKEN = 'v1.keyident.content.mac';
const CONFIG = readConfig({ APPROVAL_LINK: 'https://sre.example.com/approve' });
const request = { ...approvalRequested.example, token: TOKEN };
const asked = askedNews(request, CONFIG);
const worked = verifiedNews(remediationVerified.example);

interface Body {
  readonly text: string;
  readonly content: string;
  readonly blocks: readonly { readonly text?: { readonly text: string } }[];
  readonly news: readonly Readonly<Record<string, string>>[];
}

function bodyFor(receiver: Receiver, news: readonly News[], leftOut = {}): Body {
  return JSON.parse(
    renderMessage(loadTemplate(readConfig({ APPROVAL_WEBHOOK_RECEIVER: receiver })), news, leftOut),
  ) as Body;
}

function textFor(receiver: Receiver, news: readonly News[]): string {
  const { text, content } = bodyFor(receiver, news);
  return content ?? text;
}

/** The question about an alert with this name, label, target and reason. */
function askedAbout(value: string): News {
  const { alert, parameters } = request.selection;
  const labels = { ...alert.labels, severity: value, cluster: value };
  const selection = {
    ...request.selection,
    alert: { ...alert, alertname: value, labels },
    parameters: { ...parameters, name: value },
    reasoning: value,
  };
  return askedNews({ ...request, selection, message: value }, CONFIG);
}

describe('a message', () => {
  it('about a selection that waits says what is asked, why, until when, and how to answer', () => {
    expect(textFor('slack', [asked]).split('\n')).toEqual([
      ':question: *pod-restart shop/checkout-7c9f8d5b6-x2x7k type=pod* waits for a person until 2026-11-23 02:46:07 UTC',
      'alert KubePodCrashLooping (warning), attempt 1',
      'Chosen by the runbook (confidence 1.00: restart the failing pod). Asked because the policy asks a person before pod-restart.',
      '<https://sre.example.com/approve#token=v1.keyident.content.mac|Approve or deny>',
      '`agent-sre approve v1.keyident.content.mac`',
      'or `agent-sre deny` and the same token',
    ]);
  });

  it.each([
    ['there is no page that takes it', askedNews(request, readConfig({})), '|Approve'],
    ['its token is none', askedNews({ ...request, token: 'x` <!channel>' }, CONFIG), 'approve'],
  ])('leaves out the line of the link where %s', (_, news, missing) => {
    expect(textFor('slack', [news])).not.toContain(missing);
  });

  it('about an outcome says what worked and how long it took, or what did not and for how long nothing is tried', () => {
    const broken = { ...remediationIneffective.example, breaker_open_until: '2026-11-23T04:00:00Z' };
    const call = '**pod-restart shop/checkout-7c9f8d5b6-x2x7k type=pod**';
    expect(textFor('mattermost', [worked, ineffectiveNews(broken)]).split('\n')).toEqual([
      `:white_check_mark: ${call} worked: alert KubePodCrashLooping \\(warning\\) resolved after 5 min`,
      '',
      `:x: ${call} has not worked for alert KubePodCrashLooping \\(warning\\): the alert still fires 15 minutes after pod-restart`,
      'It is not tried there again before 2026-11-23 04\\:00\\:00 UTC',
    ]);
  });

  it('says of a resolution that nobody has signed that it may be none', () => {
    const claimed = verifiedNews({ ...remediationVerified.example, unsigned_resolution: true });
    const last = 'But nobody has signed that it has resolved, so anyone can have claimed it';
    expect(textFor('mattermost', [claimed]).split('\n').at(-1)).toBe(last);
  });

  it('sums up what was left out', () => {
    const leftOut = { verified: 3, ineffective: 1 };
    expect(bodyFor('slack', [asked], leftOut).blocks).toEqual([
      expect.objectContaining({ type: 'section' }),
      {
        type: 'context',
        elements: [
          {
            ...{ type: 'mrkdwn', verbatim: true },
            text: 'Not told since, for there were too many: 3 that worked, 1 that did not work. `agent-sre history` has all.',
          },
        ],
      },
    ]);
  });

  it('for any program has each value in a field of its own, and none that is missing', () => {
    const { news } = bodyFor('any', [asked, worked]);
    expect(news[0]).toMatchObject({ kind: 'asked', function: 'pod-restart', severity: 'warning', token: TOKEN });
    expect(news[1]).toMatchObject({ kind: 'verified', took_minutes: '5' });
    expect(Object.keys(news[1] ?? {})).not.toContain('token');
  });
});

describe.each(RECEIVERS)('a message for %s', (receiver) => {
  it.each([
    ['a mention of everybody', '@everyone @channel <!channel> <!here> <@U1>'],
    ['a link', '<https://evil.example|Approve> [Approve](https://evil.example) https://evil.example www.evil.example'],
    ['a span of code that ends', 'x` *y* ```'],
    ['a line of its own', 'a\n:white_check_mark: approved\r\n\u2028> quoted\u0085'],
    ['a text that runs the other way', '\u202Eevil\u200B'],
    ['a placeholder', '{{ token }} {{ text }} $& $1'],
  ])('lets no value make %s', (_, value) => {
    const harmless = textFor(receiver, [askedAbout('harmless')]);
    const hostile = textFor(receiver, [askedAbout(value)]);
    expect(hostile.split('\n')).toHaveLength(harmless.split('\n').length);
    expect(signsOf(receiver, hostile)).toEqual(signsOf(receiver, harmless));
    expect(hostile.split(TOKEN)).toHaveLength(harmless.split(TOKEN).length);
    expect(hostile).not.toMatch(/\p{Cf}|[\u2028\u0085\r]/u);
  });

  it('lets no value do so, whatever it is', () => {
    const harmless = textFor(receiver, [askedAbout('harmless')]);
    const signs = fc.constantFrom(...'<>@`*_~[]()|\\!#&:/ \nw.a\u202e'.split(''), '://', '@everyone', '```', '<!here>');
    const value = fc.array(signs, { minLength: 1, maxLength: 30 }).map((each) => each.join(''));
    fc.assert(
      fc.property(value, (each) => {
        fc.pre(each.trim() !== '');
        const hostile = textFor(receiver, [askedAbout(each)]);
        expect(signsOf(receiver, hostile)).toEqual(signsOf(receiver, harmless));
        expect(hostile.split('\n')).toHaveLength(harmless.split('\n').length);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['long values', 'x'.repeat(100_000)],
    ['long values of signs', '&<_'.repeat(30_000)],
    ['pairs of code units', '🙂'.repeat(50_000)],
  ])('holds no more than it takes: %s', (_, value) => {
    const one = askedAbout(value);
    const news = Array.from({ length: 80 }, () => one);
    const count = countFitting(loadTemplate(readConfig({ APPROVAL_WEBHOOK_RECEIVER: receiver })), news, {
      verified: 999_999,
    });
    const { text, content, blocks = [] } = bodyFor(receiver, news.slice(0, count), { verified: 999_999 });
    const { items, text: most, item } = LIMITS[receiver];
    expect(count).toBeGreaterThan(0);
    expect((content ?? text).length).toBeLessThanOrEqual(most);
    expect(content ?? text).not.toMatch(/\p{Surrogate}/u);
    expect(blocks.length).toBeLessThanOrEqual(items + 1);
    for (const block of blocks) expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(item);
    expect(content ?? text).toContain(TOKEN);
  });
});

/** The signs of a text that mean something to the receiver, in order: values may not add one. */
function signsOf(receiver: Receiver, text: string): string[] {
  switch (receiver) {
    case 'slack':
      return text.match(/[<>@`*~|]|:\/\/|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?!(amp|lt|gt);)|www\./gu) ?? [];
    case 'mattermost':
    case 'discord':
      return text.replace(/\\[^\p{L}\p{N}\s]/gu, '').match(/[<>@`*_~[\]|\\#]|:\/\/|www\./gu) ?? [];
    case 'any':
      return []; // a field is what it is, and JSON.stringify writes it
    default:
      return receiver satisfies never;
  }
}
