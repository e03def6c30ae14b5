import { describe, expect, it } from 'vitest';
import {
  approvalMessage,
  ineffectiveMessage,
  verifiedMessage,
  withLimitNote,
} from '../../../../functions/alert-router/message.ts';
import { approvalRequested, remediationIneffective, remediationVerified } from '../../../../shared/events/index.ts';

const request = { ...approvalRequested.example, token: 'v1.key.content.mac' };

describe('the message about a selection that waits', () => {
  it('says what is asked, why, until when, and the command that answers', () => {
    expect(approvalMessage(request, '').text.split('\n')).toEqual([
      ':question: *pod-restart shop/checkout-7c9f8d5b6-x2x7k type=pod* waits for a person until 2026-11-23 02:46:07 UTC',
      'alert KubePodCrashLooping (warning), attempt 1',
      'The runbook says so (confidence 1.00: restart the failing pod). Asked because the policy asks a person before pod-restart.',
      '`agent-sre approve v1.key.content.mac`',
      'or `agent-sre deny` and the same token',
    ]);
  });

  it('links to the page that takes the token, where no server on the way sees it', () => {
    const { text } = approvalMessage(request, 'https://sre.example.com/approve');
    expect(text).toContain('<https://sre.example.com/approve#token=v1.key.content.mac|Approve or deny>');
  });

  it.each([
    ['a mention of everybody', '<!channel>', '&lt;!channel&gt;'],
    ['a link', '<https://evil|Approve>', "&lt;https://evil'Approve&gt;"],
    ['a span of code that ends', '`x` *y*', "'x' 'y'"],
    ['a line of its own', 'a\n:white_check_mark: approved', 'a :white'],
  ])('lets no label make %s', (_, value, shown) => {
    const { alert } = request.selection;
    const hostile = { ...request.selection, alert: { ...alert, alertname: value } };
    const lines = approvalMessage({ ...request, selection: hostile }, '').text.split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain(`alert ${shown}`);
  });

  it('cuts what is long', () => {
    const selection = { ...request.selection, reasoning: 'x'.repeat(100_000) };
    expect(approvalMessage({ ...request, selection }, '').text.length).toBeLessThan(1_500);
  });
});

describe('the message about an outcome', () => {
  it('says what worked, and how long it took', () => {
    expect(verifiedMessage(remediationVerified.example).text).toBe(
      ':white_check_mark: *pod-restart shop/checkout-7c9f8d5b6-x2x7k type=pod* worked: alert KubePodCrashLooping (warning) resolved after 5 min',
    );
  });

  it('says what did not, and that nothing is tried for a while', () => {
    const broken = { ...remediationIneffective.example, breaker_open_until: '2026-11-23T04:00:00Z' };
    expect(ineffectiveMessage(broken).text).toBe(
      ':x: *pod-restart shop/checkout-7c9f8d5b6-x2x7k type=pod* has not worked for alert KubePodCrashLooping (warning): ' +
        'the alert still fires 15 minutes after pod-restart. It is not tried there again before 2026-11-23 04:00:00 UTC',
    );
  });
});

it('the last message of a minute says that more are left out', () => {
  expect(withLimitNote({ text: 'a' }, 3).text).toMatch(/^a\nThere are more than 3 messages a minute/);
});
