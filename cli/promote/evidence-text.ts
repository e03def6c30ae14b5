/** The evidence on a function for people. */
import { wilson } from '../../shared/interval.ts';
import type { Mode } from '../../shared/runbook/remediation.ts';
import { type Runbook, riskOf } from '../../shared/runbook/runbook.ts';
import { formatTable } from '../../shared/text/table.ts';
import { timeText } from '../history/history.ts';
import { type Evidence, NEEDED, shareText } from './evidence.ts';

interface Asked {
  readonly lambdaFunction: string;
  readonly mode: Mode;
}

const UNSIGNED =
  'nobody has signed this evidence (SIGNING_KEY_FILE): anyone who can post an event to the Broker can have written it';

export function evidenceText(
  { lambdaFunction, mode }: Asked,
  { catalogue }: Runbook,
  evidence: Evidence,
  width: number,
): string {
  const risk = riskOf(catalogue, lambdaFunction);
  const { worked, agreed, calibration, targets, isSigned, leftOut, from, to } = evidence;
  const time = from === undefined || to === undefined ? 'nothing recorded' : `${timeText(from)} to ${timeText(to)}`;
  const needed = (least: number) => (mode === 'auto' && least > 0 ? least.toFixed(2) : '-');
  const rows = [
    [`worked, on ${targets} targets`, shareText(worked), needed(NEEDED[risk].worked)],
    ['people agreed', shareText(agreed), needed(NEEDED[risk].agreed)],
  ];
  const parts = [
    `${lambdaFunction} (${risk}), ${time}`,
    formatTable(['', 'share (95 %)', 'needed'], rows, width),
    calibrationText(calibration, width),
    Object.entries(leftOut)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `not counted: ${count} × ${what}`)
      .join('\n'),
    isSigned || from === undefined ? '' : UNSIGNED,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function calibrationText({ meanConfidence, bins }: Evidence['calibration'], width: number): string {
  if (bins.length === 0) return '';
  const rows = bins.map(({ from, to, worked }) => {
    const { low, high } = wilson(worked);
    return [`${from} to ${to}`, `${worked.count} of ${worked.of}`, `${low.toFixed(2)} to ${high.toFixed(2)}`];
  });
  const table = formatTable(['confidence', 'worked', '95 %'], rows, width);
  return `${table}\n\nmean confidence ${meanConfidence.toFixed(2)}`;
}
