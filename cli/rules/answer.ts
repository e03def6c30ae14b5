import type { Attempt, Call } from '../../shared/decision.ts';
import { notificationOf } from '../alert-input.ts';
import type { Chain } from '../chain.ts';
import { attemptsOf, type Flow } from '../flow.ts';
import { type FiredAlert, firedBy } from './fired.ts';
import type { Rule } from './rule-file.ts';

/** What the chain makes of the alert that a rule would fire. Whether the policy lets it happen is another question. */
export interface Answer<Of extends Rule = Rule> {
  readonly rule: Of;
  readonly alert: FiredAlert;
  /** The vote that decided; undefined where nobody is sure. */
  readonly vote: Attempt | undefined;
  readonly attempts: readonly Attempt[];
}

/** The chain's answer to each rule, in order; `progress` is told after each. */
export async function answersOf<Of extends Rule>(
  rules: readonly Of[],
  chain: Chain,
  progress: (done: number, total: number) => void,
): Promise<Answer<Of>[]> {
  const answers: Answer<Of>[] = [];
  for (const rule of rules) {
    const alert = firedBy(rule.fields);
    const attempts = await attemptsAt(alert, chain);
    answers.push({ rule, alert, attempts, vote: attempts.find(({ outcome }) => outcome !== 'abstained') });
    progress(answers.length, rules.length);
  }
  return answers;
}

/** The votes on an alert, oldest first. */
export async function attemptsAt(alert: FiredAlert, chain: Chain): Promise<readonly Attempt[]> {
  const flows: Flow[] = [];
  for (const event of await chain.receive(notificationOf(alert))) flows.push(await chain.follow(event));
  return flows.flatMap(attemptsOf);
}

/** The call of a vote; undefined where it calls nothing. */
export function callOf(vote: Attempt | undefined): Call | undefined {
  if (vote?.outcome !== 'selected' || vote.lambda_function === undefined) return undefined;
  return { lambda_function: vote.lambda_function, parameters: vote.parameters ?? {} };
}
