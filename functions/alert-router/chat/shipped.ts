/** The templates that need no file; docs/chat.md shows them as files. */
import type { Receiver } from './markup.ts';
import type { TemplateFile } from './template.ts';

/** What Mattermost and Discord are told; both read Markdown. */
const MARKDOWN = {
  asked: `**{{ call }}** waits for a person until {{ until }}
alert {{ alert }}, attempt {{ attempt }}
Chosen by {{ chosen_by }} (confidence {{ confidence }}: {{ reason }}). Asked because {{ why }}.
[Approve or deny]({{ link }})
\`agent-sre approve {{ token }}\`
or \`agent-sre deny\` and the same token
`,
  verified: `**{{ call }}** worked: alert {{ alert }} resolved after {{ took }} min
But {{ why }}
`,
  ineffective: `**{{ call }}** has not worked for alert {{ alert }}: {{ why }}
It is not tried there again before {{ not_before }}
`,
  left_out: 'Not told since, for there were too many: {{ what }}. `agent-sre history` has all.\n',
};

export const SHIPPED: Readonly<Record<Receiver, TemplateFile>> = {
  slack: {
    for: 'slack',
    asked: `:question: *{{ call }}* waits for a person until {{ until }}
alert {{ alert }}, attempt {{ attempt }}
Chosen by {{ chosen_by }} (confidence {{ confidence }}: {{ reason }}). Asked because {{ why }}.
<{{ link }}|Approve or deny>
\`agent-sre approve {{ token }}\`
or \`agent-sre deny\` and the same token
`,
    verified: `:white_check_mark: *{{ call }}* worked: alert {{ alert }} resolved after {{ took }} min
But {{ why }}
`,
    ineffective: `:x: *{{ call }}* has not worked for alert {{ alert }}: {{ why }}
It is not tried there again before {{ not_before }}
`,
    left_out: MARKDOWN.left_out,
    body: {
      text: '{{ text }}',
      blocks: [
        { each: { type: 'section', text: { type: 'mrkdwn', text: '{{ item }}', verbatim: true } } },
        { type: 'context', elements: [{ type: 'mrkdwn', text: '{{ left_out }}', verbatim: true }] },
      ],
      unfurl_links: false,
    },
  },
  mattermost: {
    for: 'mattermost',
    ...MARKDOWN,
    asked: `:question: ${MARKDOWN.asked}`,
    verified: `:white_check_mark: ${MARKDOWN.verified}`,
    ineffective: `:x: ${MARKDOWN.ineffective}`,
    body: { text: '{{ text }}' },
  },
  discord: {
    for: 'discord',
    ...MARKDOWN,
    asked: `❓ ${MARKDOWN.asked}`,
    verified: `✅ ${MARKDOWN.verified}`,
    ineffective: `❌ ${MARKDOWN.ineffective}`,
    // Nobody is mentioned, whatever the text holds; flag 4 shows no previews of links.
    body: { content: '{{ text }}', allowed_mentions: { parse: [] }, flags: 4 },
  },
  any: {
    for: 'any',
    ...MARKDOWN,
    body: {
      incident: '{{ incident }}',
      text: '{{ text }}',
      left_out: '{{ left_out }}',
      news: {
        each: {
          ...{ kind: '{{ kind }}', episode: '{{ episode }}', attempt: '{{ attempt }}' },
          ...{ function: '{{ function }}', target: '{{ target }}', call: '{{ call }}' },
          ...{ alertname: '{{ alertname }}', severity: '{{ severity }}', cluster: '{{ cluster }}' },
          ...{ chosen_by: '{{ chosen_by }}', confidence: '{{ confidence }}', reason: '{{ reason }}' },
          ...{ why: '{{ why }}', until: '{{ until }}', token: '{{ token }}', link: '{{ link }}' },
          ...{ took_minutes: '{{ took }}', not_before: '{{ not_before }}' },
        },
      },
    },
  },
};
