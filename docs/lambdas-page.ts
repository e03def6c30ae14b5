import { LAMBDAS } from '../build/project.ts';
import { CODES, type Code } from '../lambdas/kit/codes.ts';
import { RULES, type Rule } from '../lambdas/rbac.ts';
import { FINISHED_OUTCOMES } from '../shared/events/lambda-finished.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import { code, page, table } from './markdown.ts';

const INTRO = `# The Lambda functions: reference

[lambdas](lambdas.md) says how to run them, and how to write one of your own.`;

const RIGHTS = `## What each may do

The rules of its ClusterRole, from \`lambdas/rbac.ts\`. \`npm run test:kubernetes\` compares them with the calls that were made: none was
forbidden, and no rule is left over.`;

const CODES_INTRO = `## Codes

\`outcome\` and \`code\` of [lambda.finished](events.md#lambdafinished). An API server that cannot be reached, or has no
time, gets none of them: the function answers 503, and the Broker sends the call again.`;

const OUTCOMES: Readonly<Record<(typeof FINISHED_OUTCOMES)[number], string>> = {
  done: 'The call was carried out, now or by an earlier delivery.',
  nothing_to_do: 'The call is not needed any more.',
  refused: 'The call could be carried out, and must not be.',
  failed: 'The call should be carried out, and cannot be.',
};

/** docs/lambda-reference.md */
export function lambdasPage(): string {
  const { catalogue } = loadRunbook('runbook', { entries: false });
  const rights = LAMBDAS.map(({ name }) => [
    code(name),
    catalogue.get(name)?.risk ?? '',
    (RULES[name] ?? []).map(ruleText).join(', '),
  ]);
  return page(
    ...[INTRO, RIGHTS, table(['function', 'risk', 'rules'], rights), CODES_INTRO],
    ...FINISHED_OUTCOMES.flatMap((outcome) => {
      const codes = (Object.keys(CODES) as Code[]).filter((each) => CODES[each].outcome === outcome);
      const rows = codes.map((each) => [code(each), CODES[each].meaning, fixOf(each)]);
      return [`### ${outcome}\n\n${OUTCOMES[outcome]}`, table(['code', 'meaning', 'what to do'], rows)];
    }),
  );
}

function ruleText({ resource, subresource, verbs }: Rule): string {
  const { group, plural } = resource;
  const path = [plural, ...(subresource === undefined ? [] : [subresource])].join('/');
  return `${verbs.join(' ')} ${code(group === '' ? path : `${path}.${group}`)}`;
}

function fixOf(of: Code): string {
  const entry = CODES[of];
  return 'fix' in entry && entry.fix !== undefined ? entry.fix : 'Nothing.';
}
