/** How long an alert may fire on before its remediation counts as ineffective. */
import type { Alert } from '../../shared/alert/alert.ts';
import { annotationText } from '../../shared/alert/exclusion.ts';
import { durationMs } from '../../shared/duration.ts';

/** The annotation by which a rule says how long its alert takes to resolve: `for`, lookback and scrapes together. */
const VERIFICATION_ANNOTATION = 'lambda_verification';

/** What an alert can make of it: its text is a stranger's. */
const LONGEST_MS = 6 * 3_600_000;
const EXPRESSION_LIMIT = 20_000;

/**
 * The policy's time, or longer where the alert needs it: a rule over the last hour fires on for an hour after the fault is
 * gone. The alert tells by its annotation, and by the ranges of the expression that Prometheus links to.
 */
export function verificationMs(alert: Alert, ofPolicyMs: number): number {
  const ofAlert = Math.max(durationMs(annotationText(alert, VERIFICATION_ANNOTATION) ?? ''), lookbackMs(alert));
  return Math.max(ofPolicyMs, Math.min(ofAlert, LONGEST_MS));
}

/** The longest range of the expression: `rate(errors[1h])` looks back for an hour. */
function lookbackMs({ generatorURL }: Alert): number {
  if (typeof generatorURL !== 'string' || generatorURL.length > EXPRESSION_LIMIT) return 0;
  if (!/\[|%5b/i.test(generatorURL)) return 0; // most expressions have no range
  const expression = expressionOf(generatorURL);
  const ranges = [...expression.matchAll(/\[([0-9a-z]{1,20})(?::[0-9a-z]{0,20})?\]/g)];
  return Math.max(0, ...ranges.map(([, range = '']) => durationMs(range)));
}

function expressionOf(url: string): string {
  return URL.canParse(url) ? (new URL(url).searchParams.get('g0.expr') ?? '') : '';
}
