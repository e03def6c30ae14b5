/** How the words of the record are shown. */

import type { Reliability } from '../api/charts.ts';

export type Tone = 'good' | 'active' | 'waiting' | 'quiet' | 'bad';

const TONES: Readonly<Record<string, Tone>> = {
  verified: 'good',
  finished: 'active',
  called: 'active',
  approved: 'active',
  'asked for': 'active',
  waiting: 'waiting',
  'no action': 'quiet',
  suppressed: 'quiet',
  denied: 'bad',
  ineffective: 'bad',
  rejected: 'bad',
};

/** A sign beside the colour, for those who do not see it. */
const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', active: '→', waiting: '?', quiet: '–', bad: '!' };

export function toneOf(outcome: string): Tone {
  return Object.hasOwn(TONES, outcome) ? (TONES[outcome] ?? 'quiet') : 'quiet';
}

export function signOf(outcome: string): string {
  return SIGNS[toneOf(outcome)];
}

/** The tiers, in the order in which they are asked, by the function that asks each. */
export const TIERS = [
  { method: 'static', stage: 'alert-router', title: "the alert's own annotation" },
  { method: 'trm', stage: 'trm-reason', title: 'the recursive model' },
  { method: 'gemma', stage: 'gemma-fallback', title: 'the function-calling model' },
  { method: 'rules', stage: 'rule-fallback', title: 'the entries of the runbook' },
] as const;

/** `reason_of_a_vote` as words. */
export function plain(word: string): string {
  return word.replaceAll('_', ' ').replaceAll('-', ' ');
}

const DAY_TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const SHORT = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

export function dayTime(time: string): string {
  return format(DAY_TIME, time);
}

export function dateTime(time: string): string {
  return format(DATE_TIME, time);
}

/** Today as a time of day, else with the date. */
export function shortTime(time: string): string {
  return new Date(time).toDateString() === new Date().toDateString() ? dayTime(time) : format(SHORT, time);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share === 1 || share === 0 ? 0 : 1)} %`;
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** What the figures of confidence against outcome rest on. */
export function evidenceText({ isSigned, leftOut }: Pick<Reliability, 'isSigned' | 'leftOut'>): string {
  if (!isSigned)
    return 'Nobody signs these events (SIGNING_KEY_FILE): anyone who can post to the Broker can write them.';
  return leftOut === 0 ? 'Only what is signed counts.' : `Only what is signed counts; ${leftOut} more are not.`;
}

function format(formatter: Intl.DateTimeFormat, time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : formatter.format(date);
}
