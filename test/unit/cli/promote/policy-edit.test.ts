import { diffWords } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Promotion, promoteIn } from '../../../../cli/promote/policy-edit.ts';
import { compileRemediation, MODES, type RemediationSection } from '../../../../shared/runbook/remediation.ts';
import type { Risk } from '../../../../shared/runbook/risk.ts';

const PROMOTION: Promotion = { lambdaFunction: 'pod-restart', risk: 'disruptive', mode: 'auto', comment: 'why' };

/** How a policy may be written, and how it is written after it. */
const PLACES: readonly [string, string, string][] = [
  ['an empty file', '', 'remediation:\n  rules:\n    # why\n    - { functions: [pod-restart], mode: auto }\n'],
  [
    'a file of comments',
    '# mine\n',
    '# mine\nremediation:\n  rules:\n    # why\n    - { functions: [pod-restart], mode: auto }\n',
  ],
  [
    'a file without the section, and without a last line end',
    'clusters: [a] # one',
    'clusters: [a] # one\nremediation:\n  rules:\n    # why\n    - { functions: [pod-restart], mode: auto }\n',
  ],
  [
    'a section without rules',
    'remediation:\n    # slow\n    cooldown: 10m\nclusters: [a]\n',
    'remediation:\n    # slow\n    rules:\n      # why\n      - { functions: [pod-restart], mode: auto }\n    cooldown: 10m\nclusters: [a]\n',
  ],
  [
    'no rules yet',
    'remediation:\n  rules: [] # none\n',
    'remediation:\n  # why\n  rules: [{ functions: [pod-restart], mode: auto }] # none\n',
  ],
  [
    'a section in braces',
    'remediation: { cooldown: 10m }\n',
    '# why\nremediation: { rules: [{ functions: [pod-restart], mode: auto }], cooldown: 10m }\n',
  ],
  [
    'an empty section in braces',
    'remediation: {}\n',
    '# why\nremediation: { rules: [{ functions: [pod-restart], mode: auto }] }\n',
  ],
  [
    'rules in brackets, behind one for some namespaces',
    'remediation:\n  rules: [{ namespaces: [pay-*], mode: suggest }]\n',
    'remediation:\n  # why\n  rules: [{ namespaces: [pay-*], mode: suggest }, { functions: [pod-restart], mode: auto }]\n',
  ],
  [
    'rules, behind those for some namespaces and before one for all',
    'remediation:\n  rules:\n  # payments\n  - { namespaces: [pay-*], mode: suggest } # p\n\n  # the rest\n  - { risks: [disruptive], mode: shadow }\n',
    'remediation:\n  rules:\n  # payments\n  - { namespaces: [pay-*], mode: suggest } # p\n  # why\n  - { functions: [pod-restart], mode: auto }\n\n  # the rest\n  - { risks: [disruptive], mode: shadow }\n',
  ],
  [
    'rules, before the first of them, which holds everywhere',
    'remediation:\n  rules: # all\n    # a\n    - mode: shadow\n',
    'remediation:\n  rules: # all\n    # why\n    - { functions: [pod-restart], mode: auto }\n    # a\n    - mode: shadow\n',
  ],
  [
    'rules, behind one for another risk',
    'remediation:\n  rules:\n    - { risks: [observe], mode: shadow }\n',
    'remediation:\n  rules:\n    - { risks: [observe], mode: shadow }\n    # why\n    - { functions: [pod-restart], mode: auto }\n',
  ],
  [
    'a rule of this function',
    'remediation:\n  rules:\n    # look first\n    - functions: [pod-restart]\n      mode: suggest # for now\n      cooldown: 10m\n',
    'remediation:\n  rules:\n    # look first\n    # why\n    - functions: [pod-restart]\n      mode: auto # for now\n      cooldown: 10m\n',
  ],
  [
    'a rule of this function in brackets',
    'remediation:\n  rules: [{ functions: [pod-restart], mode: "off" }]\n',
    'remediation:\n  # why\n  rules: [{ functions: [pod-restart], mode: auto }]\n',
  ],
  [
    'a rule of this function in some namespaces, which stays',
    'remediation:\n  rules:\n    - { functions: [pod-restart], namespaces: [a], mode: suggest }\n',
    'remediation:\n  rules:\n    - { functions: [pod-restart], namespaces: [a], mode: suggest }\n    # why\n    - { functions: [pod-restart], mode: auto }\n',
  ],
  [
    'lines that end in CR LF',
    'remediation:\r\n  rules:\r\n    - mode: shadow\r\n',
    'remediation:\r\n  rules:\r\n    # why\r\n    - { functions: [pod-restart], mode: auto }\r\n    - mode: shadow\r\n',
  ],
];

describe('a promotion is put into', () => {
  it.each(PLACES)('%s', (_, before, after) => {
    expect(promoteIn(before, PROMOTION)).toEqual({ text: after });
  });

  it.each([
    ['what is not a map', '- a\n', 'it is not a map'],
    ['what is not YAML', 'a: [\n', 'it is not one YAML document'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'it is not one YAML document'],
    ['braces', '{ clusters: [a] }\n', 'it is written in braces'],
    ['a section that is an alias', 'a: &a { rules: [] }\nremediation: *a\n', 'its remediation is not a map'],
    ['an empty section', 'remediation:\n', 'its remediation is not a map'],
    ['rules that are an alias', 'a: &a []\nremediation:\n  rules: *a\n', 'its rules are not a list'],
    [
      'a mode that is an alias',
      'a: &a shadow\nremediation:\n  rules: [{ functions: [pod-restart], mode: *a }]\n',
      'the mode of the rule does not stand there itself',
    ],
    ['what ends', 'clusters: [a]\n...\n', 'its layout lets nothing be put there safely'],
  ])('not %s', (_, before, obstacle) => {
    expect(promoteIn(before, PROMOTION)).toEqual({ obstacle: expect.stringContaining(obstacle) });
  });
});

const rule = fc.record(
  {
    functions: fc.constantFrom<string[]>(['pod-restart'], ['pod-*'], ['job-rerun'], ['pod-restart', 'job-rerun']),
    risks: fc.constantFrom<Risk[]>(['disruptive'], ['observe']),
    namespaces: fc.constantFrom<string[]>(['shop'], ['*'], ['pay-*']),
    clusters: fc.constantFrom<string[]>(['eu']),
    mode: fc.constantFrom(...MODES),
    cooldown: fc.constantFrom('5m', '10m'),
  },
  { requiredKeys: [] },
);
const section = fc.record(
  { cooldown: fc.constant('7m'), rules: fc.array(rule, { maxLength: 5 }) },
  { requiredKeys: [] },
);
const styles = fc.constantFrom<(value: unknown) => string>(
  (value) => stringify({ clusters: ['eu'], remediation: value }),
  (value) => stringify({ remediation: value, clusters: ['eu'] }, { indent: 4, indentSeq: false }),
  (value) => `remediation: ${stringify(value, { collectionStyle: 'flow', lineWidth: 0 })}`,
);

type Rules = NonNullable<RemediationSection['rules']>;
const SHOP = { lambdaFunction: 'pod-restart', risk: 'disruptive', namespace: 'shop', cluster: '' } as const;

/** The rule that decides on the mode of a call in shop. */
function decisive(rules: Rules): Rules[number] | undefined {
  const modes = { disruptive: 'auto' } as const;
  return rules.find(
    ({ mode, ...rest }) =>
      mode !== undefined && compileRemediation({ modes, rules: [{ ...rest, mode: 'off' }] }).rule(SHOP).mode === 'off',
  );
}

describe('whatever a policy says', () => {
  it('the mode holds where no rule speaks of the namespace; what one says of it, and of other functions, stays', () => {
    fc.assert(
      fc.property(section, styles, (remediation, style) => {
        const before = style({ verification: '20m', ...remediation });
        const promoted = promoteIn(before, PROMOTION);
        const texts = [before, 'text' in promoted ? promoted.text : ''];
        const [was, is] = texts.map((text) =>
          compileRemediation((parse(text) as { remediation: RemediationSection }).remediation),
        );
        expect(is?.rule({ ...SHOP, namespace: 'elsewhere' }).mode).toBe('auto');
        const isNarrow = decisive(remediation.rules ?? [])?.namespaces?.includes('shop') === true;
        expect(is?.rule(SHOP).mode).toBe(isNarrow ? was?.rule(SHOP).mode : 'auto');
        const other = { ...SHOP, lambdaFunction: 'node-cordon' };
        expect(is?.rule(other)).toEqual(was?.rule(other));
        expect(diffWords(before, texts[1] ?? '').filter(({ removed }) => removed).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
