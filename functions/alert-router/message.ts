/** The template of what people are told, for incoming webhooks that take Slack's form. Pure. */
import { labelValue } from '../../shared/alert/alert.ts';
import type { Method } from '../../shared/decision.ts';
import type { ApprovalRequest } from '../../shared/events/approval.ts';
import type { Ineffective, Verified } from '../../shared/events/remediation-outcome.ts';
import type { Selection } from '../../shared/events/remediation-selected.ts';
import { printable } from '../../shared/text/printable.ts';

/** The body of the request. */
export interface Message {
  readonly text: string;
}

/** Characters of one value. */
const VALUE_LIMIT = 300;

/** @param link page that takes the token behind its `#`, or empty */
export function approvalMessage(request: ApprovalRequest, link: string): Message {
  const { selection, message, token, expires_at, attempt } = request;
  const ways = link === '' ? [] : [`<${link}#token=${token}|Approve or deny>`];
  return {
    text: [
      `:question: *${callText(selection)}* waits for a person until ${timeText(expires_at)}`,
      `${alertText(selection)}, attempt ${attempt}`,
      `${whoText(selection)}. Asked because ${text(message)}.`,
      ...ways,
      `\`agent-sre approve ${token}\``,
      `or \`agent-sre deny\` and the same token`,
    ].join('\n'),
  };
}

export function verifiedMessage({ selection, took_ms }: Verified): Message {
  const minutes = Math.max(1, Math.round(took_ms / 60_000));
  return {
    text: `:white_check_mark: *${callText(selection)}* worked: ${alertText(selection)} resolved after ${minutes} min`,
  };
}

export function ineffectiveMessage({ selection, message, breaker_open_until: until }: Ineffective): Message {
  const breaker = until === undefined ? '' : `. It is not tried there again before ${timeText(until)}`;
  return {
    text: `:x: *${callText(selection)}* has not worked for ${alertText(selection)}: ${text(message)}${breaker}`,
  };
}

/** What stands under the last message that a minute has room for. */
export function withLimitNote({ text: shown }: Message, most: number): Message {
  const note = `There are more than ${most} messages a minute: the next ones are left out here. \`agent-sre history\` has all.`;
  return { text: `${shown}\n${note}` };
}

function callText({ lambda_function, parameters }: Selection): string {
  const target = [parameters.namespace, parameters.name ?? parameters.selector].filter((part) => part !== undefined);
  const rest = Object.entries(parameters).filter(([name]) => !['namespace', 'name', 'selector'].includes(name));
  const more = rest.map(([name, value]) => `${name}=${value}`);
  return [lambda_function, target.join('/'), ...more].map(text).join(' ');
}

function alertText({ alert }: Selection): string {
  const severity = labelValue(alert.labels, 'severity');
  const cluster = labelValue(alert.labels, 'cluster');
  const named = [severity, cluster && `cluster ${cluster}`].filter(Boolean).map((part) => text(String(part)));
  return `alert ${text(alert.alertname)}${named.length === 0 ? '' : ` (${named.join(', ')})`}`;
}

const CHOSE: Readonly<Record<Method, string>> = {
  static: 'The alert itself or a pinned entry says so',
  trm: 'The recursive model chose it',
  gemma: 'The function-calling model chose it',
  rules: 'The runbook says so',
  manual: 'Somebody sent it',
};

function whoText({ method, confidence, reasoning }: Selection): string {
  return `${CHOSE[method]} (confidence ${confidence.toFixed(2)}: ${text(reasoning)})`;
}

function timeText(time: string): string {
  return text(time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'));
}

// Values of strangers: none may become a link, a mention of everybody, or end a span of code.
function text(value: string): string {
  return printable(value)
    .slice(0, VALUE_LIMIT)
    .replace(/[`*_~|]/g, "'")
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
