import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRunbook } from '../../../../shared/runbook/load.ts';
import { GOOD_RUNBOOK, temporaryFolder } from '../../../support/terminal.ts';

/** What is told of an overlay with these files. */
function told(files: Readonly<Record<string, string>>): string[] {
  const folder = temporaryFolder(files);
  const { problems, notes } = readRunbook(`${GOOD_RUNBOOK}:${folder}`, { entries: true });
  return [...problems, ...notes()].map(
    ({ file, line, message }) => `${file.slice(folder.length + 1)}:${line}: ${message}`,
  );
}

const entry = (text: string) => ({
  [join('alerts', 'mine.yaml')]: `alerts:\n  - { id: mine, situation: meta, ${text} }\n`,
});

const policy = (text: string) => ({ 'policy.yaml': text });
const situation = (text: string) => ({ 'situations.yaml': `situations: { own: { cases: [{ ${text}, reason: r }] } }` });
const added = (schema: string) => {
  const wipe = `{ description: d, risk: disruptive, fill: [], parameters: { type: object, ${schema} } }`;
  return { 'catalogue.yaml': `functions: { wipe: ${wipe} }` };
};
const NAME = 'properties: { name: { type: string } }';
/** A function with this schema, and a case that calls it with a colour. */
const called = (schema: string) => ({
  ...added(schema),
  ...situation('do: wipe, target: pod, parameters: { colour: red }'),
});

describe('what can have no effect is told', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'a misspelt file',
      { 'polcy.yaml': '', 'policy.yaml': '{}' },
      ':1: polcy.yaml is not read; did you mean policy.yaml? entries',
    ],
    [
      'another ending',
      { 'policy.yml': '', 'policy.yaml': '{}' },
      ':1: policy.yml is not read; did you mean policy.yaml? entries',
    ],
    ['a pattern as a name', entry('names: [Kube*]'), 'alerts/mine.yaml:2: mine: "Kube*" matches only itself'],
    ['a namespace in capitals', entry(`names: [A], match: ['namespace="Shop"']`), 'mine: no namespace is named "Shop"'],
    ['a pattern with =', entry(`names: [A], match: ['namespace="pay-*"']`), 'mine: no namespace is named "pay-*"'],
    [
      'a glob as a regular expression',
      entry(`names: [A], match: ['namespace=~"pay-*"']`),
      'mine: * repeats the character before it in "pay-*"',
    ],
    [
      'matchers that exclude each other',
      entry(`names: [A], match: ['a="x"', 'a=~"y|z"']`),
      'mine: can match no alert: a="x"',
    ],
    [
      'a matcher that no name meets',
      entry(`names: [A], match: ['alertname=~"B.*"']`),
      'mine: can match no alert: none of its names',
    ],
    ['a pattern of clusters', { 'policy.yaml': 'clusters: [eu-*]' }, 'policy.yaml:1: "eu-*" matches only itself'],
    [
      'a name with a space',
      { 'policy.yaml': 'storesData: { names: [acme ledger] }' },
      'policy.yaml:1: "acme ledger" matches nothing',
    ],
    [
      'a grant to no namespace',
      { 'policy.yaml': 'annotations: [{ namespaces: [Shop], functions: [], target: own }]' },
      'policy.yaml:1: "Shop" can match no namespace',
    ],
    [
      'a namespace that cannot be',
      { 'policy.yaml': 'protectedNamespaces: ["pay-.*"]' },
      'policy.yaml:1: "pay-.*" can match no namespace',
    ],
    [
      'a bound of no parameter',
      policy('remediation: { bounds: { pod-restart: { nam: 5 } } }'),
      'policy.yaml:1: unknown parameter "nam"; did you mean name? known are name, namespace',
    ],
    [
      'a rule for functions that are not there',
      policy('remediation: { rules: [{ functions: ["pod-restrt*"], mode: "off" }] }'),
      'policy.yaml:1: "pod-restrt*" matches no function; known are pod-restart, pod-check-status',
    ],
    ['a rule that says nothing', policy('remediation: { rules: [{ risks: [observe] }] }'), 'the rule says nothing'],
    [
      'a cluster with a space',
      policy('remediation: { rules: [{ clusters: ["eu-1 "], mode: "off" }] }'),
      '"eu-1 " begins or ends with a space',
    ],
    [
      'a protected name in capitals',
      policy('remediation: { protectedNames: [Postgres] }'),
      'policy.yaml:1: no object of Kubernetes is named "Postgres"',
    ],
    [
      'a misspelt parameter of a target',
      policy('targets: { pod: [{ name: ["{{ $labels.pod }}"], namespce: ["{{ $labels.namespace }}"] }] }'),
      'policy.yaml:1: unknown parameter "namespce"; did you mean namespace?',
    ],
    ['a misspelt parameter of a case', situation('do: pod-restart, parameters: { nam: x }'), 'unknown parameter "nam"'],
    [
      'a case behind one that always holds',
      situation('do: none, reason: r }, { target: pod, do: pod-check-status'),
      'situations.yaml:1: never gets here: the case before it holds for every alert',
    ],
    [
      'a namespace under another name',
      added('required: [target_namespace], properties: { target_namespace: { type: string } }'),
      'catalogue.yaml:1: wipe: call the parameter "target_namespace" namespace',
    ],
    [
      'a required parameter that is not there',
      added('required: [nam], properties: { name: { type: string } }'),
      'catalogue.yaml:1: unknown parameter "nam"; did you mean name?',
    ],
  ])('%s', (_, files, text) => {
    expect(told(files)).toContainEqual(expect.stringContaining(text));
  });

  it.each<[string, Record<string, string>, string[]]>([
    [
      'a cluster, at its line, and no other',
      { 'policy.yaml': 'clusters:\n  - eu-1\n  - "eu-*"\n' },
      ['policy.yaml:3: "eu-*" matches only itself: clusters are exact values'],
    ],
    [
      'a name of what stores data, at its line, and no other',
      { 'policy.yaml': 'storesData:\n  names:\n    - ledger\n    - acme ledger\n' },
      ['policy.yaml:4: "acme ledger" matches nothing: no name has a space'],
    ],
    [
      'a name and a matcher, each at its line',
      {
        [join('alerts', 'mine.yaml')]: [
          'alerts:',
          '  - id: mine',
          '    situation: meta',
          '    names:',
          '      - "Kube.+"',
          '    match:',
          `      - 'alertname="B"'`,
          `      - 'namespace="pay_"'`,
        ].join('\n'),
      },
      [
        `alerts/mine.yaml:5: mine: "Kube.+" matches only itself: names are exact; write match: ['alertname=~"…"']`,
        'alerts/mine.yaml:8: mine: no namespace is named "pay_"; write lower-case letters, digits and -, or =~ for a pattern',
        'alerts/mine.yaml:7: mine: can match no alert: none of its names meets this matcher',
      ],
    ],
    [
      'the label of an exporter that holds a namespace',
      entry(`names: [A], match: ['exported_namespace="Shop"']`),
      [
        'alerts/mine.yaml:2: mine: no namespace is named "Shop"; write lower-case letters, digits and -, or =~ for a pattern',
      ],
    ],
    [
      'the file that is nearest, among those that are read',
      { 'alert.yaml': '', 'policy.yaml': '{}' },
      [':1: alert.yaml is not read; entries belong into alerts/'],
    ],
  ])('%s', (_, files, all) => {
    expect(told(files)).toEqual(all);
  });

  it('of what has an effect, nothing', () => {
    const match = `match: ['namespace=~"pay-.*"', 'namespace!="pay-test"', 'severity="critical"', 'alertname!="B"']`;
    expect(told(entry(`names: ["disk > 90 %"], ${match}`))).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    [
      'a namespace that is given',
      entry(`names: [A], match: ['namespace="pay"', 'namespace!="Pay"', 'namespace!~"x*"']`),
    ],
    ['no namespace', entry(`names: [A], match: ['namespace=""']`)],
    ['another label with a star or in capitals', entry(`names: [A], match: ['a="Shop"', 'b="x*"', 'c=~"ab*"']`)],
    ['a label whose name only begins so', entry(`names: [A], match: ['namespace_owner="Shop"']`)],
    ['one of several names that the matcher meets', entry(`names: [A, B], match: ['alertname="B"']`)],
    ['matchers of which one only excludes', entry(`names: [A], match: ['a="x"', 'a!="y"', 'b="z"']`)],
    ['two that exclude', entry(`names: [A], match: ['a!="x"', 'a=~"x|y"']`)],
    ['a parameter that one of several ways to call lists', called(`${NAME}, anyOf: [{ properties: { colour: {} } }]`)],
    [
      'a parameter that a condition lists',
      called(`${NAME}, if: { required: [name] }, then: { properties: { colour: {} } }`),
    ],
    ['any parameter of a function that takes others', called(`${NAME}, additionalProperties: { type: string }`)],
    ['a namespace of another system', added('properties: { vault_namespace: { type: string } }')],
    ['a file that is no runbook’s', { 'policy.yaml.orig': '', 'NOTES.md': '', 'policy.yaml': '{}' }],
  ])('nothing of %s', (_, files) => {
    expect(told(files)).toEqual([]);
  });
});

describe('what is wrong in one place of a file hides nothing behind it', () => {
  const policy = [
    'forbidden:',
    '  pod-restart: [stores-dat]',
    'remediation:',
    '  rules:',
    '    - { functions: [pod-restart], mode: actt }',
    '    - { functions: [pod-restrt], mode: auto }',
    '  bound: {}',
  ];
  const alerts = [
    'alerts:',
    '  - { id: a, situation: mta, names: [A] }',
    '  - { id: b, situation: meta, names: 7 }',
    '  - { id: c, situation: mta, names: [C] }',
  ];

  it.each<[string, string[], [number, string][]]>([
    [
      'policy.yaml',
      policy,
      [
        [2, '"stores-dat"'],
        [5, 'must be one of'],
        [6, '"pod-restrt"'],
        [7, 'did you mean bounds'],
      ],
    ],
    [
      join('alerts', 'mine.yaml'),
      alerts,
      [
        [2, '"mta"'],
        [3, 'must be array'],
        [4, '"mta"'],
      ],
    ],
  ])('%s', (file, lines, expected) => {
    const found = told({ [file]: lines.join('\n') });
    expect(found).toHaveLength(expected.length);
    for (const [index, [line, text]] of expected.entries()) {
      expect(found[index]).toMatch(new RegExp(`^${file}:${line}: `));
      expect(found[index]).toContain(text);
    }
  });
});

describe('a file that cannot be read hides no problem of the others', () => {
  const whole = {
    'catalogue.yaml':
      'functions: { look: { description: Look., risk: observe, fill: [], parameters: { type: object } } }',
    'policy.yaml': 'protectedNamespaces: [Shop]\nannotations: []\ntargets: {}\nconditions: {}',
    'situations.yaml': 'situations: { meta: { cases: [{ when: [asleep], do: none, reason: r }] } }',
    'alerts/a.yaml': 'alerts: [{ id: a, situation: mta, names: [A] }]',
  };
  const problemsOf = (files: Readonly<Record<string, string>>) =>
    readRunbook(temporaryFolder(files), { entries: true }).problems.map(({ message }) => message.split(/;|: /)[0]);

  it.each<[string, string[]]>([
    ['catalogue.yaml', ['"Shop" can match no namespace', 'unknown condition "asleep"', 'unknown situation "mta"']],
    ['policy.yaml', ['unknown situation "mta"']],
    ['situations.yaml', ['"Shop" can match no namespace']],
    ['alerts/a.yaml', ['"Shop" can match no namespace', 'unknown condition "asleep"']],
  ])('%s', (broken, others) => {
    const [first, ...rest] = problemsOf({ ...whole, [broken]: 'a: [' });
    expect(first).toMatch(/Flow sequence/);
    expect(rest).toEqual(others);
  });
});

describe('what must still be filled in', () => {
  const unfilledOf = (files: Readonly<Record<string, string>>) => {
    const folder = temporaryFolder(files);
    const { unfilled } = readRunbook(`${GOOD_RUNBOOK}:${folder}`, { entries: true });
    return unfilled().map(({ file, line, message }) => `${file.slice(folder.length + 1)}:${line}: ${message}`);
  };

  it.each<[string, Record<string, string>, string[]]>([
    [
      'in each file, at its line',
      {
        'policy.yaml': 'clusters:\n  - TODO\n',
        'situations.yaml': 'situations:\n  mine:\n    cases:\n      - { do: none, reason: "TODO: why" }\n',
        ...entry('names: [TODO]'),
      },
      [
        'policy.yaml:2: clusters.0 says TODO; fill it in',
        'situations.yaml:4: situations.mine.cases.0.reason says TODO; fill it in',
        'alerts/mine.yaml:2: alerts.0.names.0 says TODO; fill it in',
      ],
    ],
    ['but no word that only begins so, or holds it', entry('names: [TODOList, MyTODO]'), []],
    ['nowhere in a runbook that is whole', entry('names: [A]'), []],
  ])('%s', (_, files, expected) => {
    expect(unfilledOf(files)).toEqual(expected);
  });
});
