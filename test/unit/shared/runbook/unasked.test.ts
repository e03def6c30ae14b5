import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRunbook } from '../../../../shared/runbook/load.ts';
import { temporaryFolder } from '../../../support/terminal.ts';

const SMALL = join(import.meta.dirname, '../../../fixtures/runbook-small');

/** What is told of an overlay's policy but for what it overrides. */
function told(policy: unknown): string[] {
  const folder = temporaryFolder({ 'policy.yaml': JSON.stringify(policy) });
  const { problems, notes } = readRunbook(`${SMALL}:${folder}`, { entries: true });
  const messages = [...problems, ...notes()].map(({ message }) => message);
  return messages.filter((message) => !message.includes(' overrides '));
}

const ref = (key: string) => [`{{ $labels.${key} }}`];
const podBy = (...keys: string[]) => ({
  targets: { pod: keys.map((key) => ({ name: ref(key), namespace: ref('namespace') })) },
});
const says = (place: string, like: string, key: string) =>
  `${place} asks for ${like} and not for ${key}, which stands in its place; add it`;

describe('a new label of a target that a condition does not know', () => {
  it.each<[string, unknown, string[]]>([
    [
      'is told for each condition',
      podBy('my_pod', 'pod'),
      [says('conditions.statefulset', 'pod', 'my_pod'), says('storesData.labels', 'pod', 'my_pod')],
    ],
    [
      'behind the shipped ones too',
      podBy('pod', 'my_pod'),
      [says('conditions.statefulset', 'pod', 'my_pod'), says('storesData.labels', 'pod', 'my_pod')],
    ],
    [
      'is told once for several targets',
      {
        targets: {
          statefulset: [{ name: [...ref('my_set'), ...ref('statefulset')] }],
          controller: [{ selector: [...ref('my_set'), ...ref('statefulset')] }],
        },
      },
      [says('conditions.statefulset', 'statefulset', 'my_set')],
    ],
    [
      'is not told where the conditions ask for it',
      {
        ...podBy('my_pod', 'pod'),
        conditions: { statefulset: ['statefulset', 'my_pod=~".+-[0-9]"'] },
        storesData: { labels: ['my_pod'] },
      },
      [],
    ],
    [
      'is not told where no condition asks for its place',
      { targets: { node: [{ name: [...ref('my_node'), ...ref('node')] }] } },
      [],
    ],
    ['is not told where the shipped targets have it', podBy('pod_name', 'pod'), []],
    [
      'is not told of a runbook with problems',
      { targets: { pod: [{ name: ['{{ if }}'] }] } },
      [expect.stringContaining('bad template')],
    ],
  ])('%s', (_, policy, expected) => {
    expect(told(policy)).toEqual(expected);
  });
});
