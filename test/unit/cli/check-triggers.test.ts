import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, temporaryFolder } from '../../support/terminal.ts';

const TRIGGERS = join(import.meta.dirname, '../../../triggers');
const TRM = 'io.homelab.agent-sre.trm.requested';
const LAMBDA = 'io.homelab.agent-sre.lambda.trigger';

interface Written {
  readonly attributes?: string;
  readonly subscriber?: string;
  readonly deadLetterSink?: string;
  readonly delivery?: string;
}

/** A Trigger as a person might add it; its name stands in line 4. */
function triggerText({ attributes = `type: ${TRM}`, subscriber = 'trm-reason', ...rest }: Written): string {
  const { deadLetterSink = 'gemma-fallback', delivery = 'retry: 0' } = rest;
  const service = (name: string) => `{ ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: ${name} } }`;
  return `apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata:
  name: added
spec:
  broker: default
  filter: { attributes: { ${attributes} } }
  subscriber: ${service(subscriber)}
  delivery: { ${delivery}, deadLetterSink: ${service(deadLetterSink)} }
`;
}

async function checkWith(text: string) {
  const triggers = temporaryFolder(TRIGGERS);
  writeFileSync(join(triggers, 'added.yaml'), text);
  return { ...(await run(['check', '--triggers', triggers])), triggers };
}

const MISTAKES: readonly [string, Written, string][] = [
  ['a type that is not an event', { attributes: 'type: io.homelab.agent-sre.trm.asked' }, 'there is no event type'],
  [
    'a misspelt type',
    { attributes: 'type: io.homelab.agent-sre.trm.request' },
    'did you mean io.homelab.agent-sre.trm.requested?',
  ],
  [
    'a misspelt attribute',
    { attributes: `type: ${LAMBDA}, lambdafuncton: pod-restart` },
    'filters on the attribute lambdafuncton, which no event has; did you mean lambdafunction?',
  ],
  ['no type', { attributes: 'source: /x' }, 'its subscriber trm-reason would get every event of the Broker'],
  [
    'a subscriber that is not a function',
    { subscriber: 'trm' },
    'its subscriber trm is not in functions/; use trm-reason',
  ],
  ['a subscriber of other types', { subscriber: 'emit-trigger' }, `its subscriber emit-trigger does not accept ${TRM}`],
  [
    'a dead letter sink of other types',
    { deadLetterSink: 'emit-trigger' },
    'its dead letter sink emit-trigger does not',
  ],
  ['a policy without a delay', { delivery: 'retry: 3, backoffPolicy: linear' }, 'needs both backoffPolicy and backoff'],
  [
    'a delay without a policy',
    { delivery: 'retry: 3, backoffDelay: PT1S' },
    'needs both backoffPolicy and backoffDelay',
  ],
  [
    'a Lambda that is not in the catalogue',
    { attributes: `type: ${LAMBDA}, lambdafunction: pod-reboot`, subscriber: 'reboot', deadLetterSink: 'alert-router' },
    'filters on lambdafunction "pod-reboot", which is not in the catalogue',
  ],
];

describe('check of the Triggers', () => {
  it.each(MISTAKES)('names file, line and Trigger of %s', async (_, written, problem) => {
    const { exitCode, out, triggers } = await checkWith(triggerText(written));
    expect(out).toContain(`${join(triggers, 'added.yaml')}:4: Trigger added: `);
    expect(out).toContain(problem);
    expect(exitCode).toBe(1);
  });

  it('takes the Trigger of a Lambda that the catalogue has', async () => {
    const attributes = `type: ${LAMBDA}, lambdafunction: pod-restart`;
    const { exitCode, out } = await checkWith(
      triggerText({ attributes, subscriber: 'restarter', deadLetterSink: 'alert-router' }),
    );
    expect(out).toContain('16 Triggers: no problems');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['no YAML', 'kind: [', 'added.yaml:1: '],
    ['an unknown key', triggerText({}).replace('broker:', 'brokr:'), 'added.yaml:6: spec: unknown key "brokr"'],
    ['an unknown Broker', triggerText({}).replace('broker: default', 'broker: other'), 'which no file declares'],
  ])('names %s', async (_, text, problem) => {
    const { exitCode, out } = await checkWith(text);
    expect(out).toContain(problem);
    expect(exitCode).toBe(1);
  });

  it('names an event of the chain that no Trigger delivers', async () => {
    const triggers = temporaryFolder({});
    cpSync(join(TRIGGERS, '100-broker.yaml'), join(triggers, '100-broker.yaml'));
    const { out } = await run(['check', '--triggers', triggers]);
    expect(out).toContain(`no Trigger delivers ${TRM} to trm-reason`);
    expect(out.split('\n')).toHaveLength(13);
  });

  it('refuses a folder that is not there in one line', async () => {
    const { exitCode, err } = await run(['check', '--triggers', '/nowhere']);
    expect(err).toBe('agent-sre: there is no folder /nowhere (name the one with the Triggers by --triggers DIR)');
    expect(exitCode).toBe(2);
  });
});
