import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { type Chain, createChain } from './chain.ts';
import { alertText } from './ending.ts';
import { alertOf, attemptsOf, calledFunction, type Flow, flowText, lastEvent } from './flow.ts';
import { type Input, inputName, notificationOf, readInput } from './input.ts';
import { projectFolders } from './project.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError } from './verb.ts';

/** Runs the decision of the functions themselves in this process; nothing is sent. */
export const decide = defineVerb({
  name: 'decide',
  summary: "show each tier's vote on an alert and what comes of it; nothing is sent",
  help: `Usage: agent-sre decide <alert.json | -> [options]

Runs the five functions in this process, as the Triggers would chain them, and shows what they decide. Nothing is sent.
Takes a webhook notification of Alertmanager, one alert ({"labels": ..., "annotations": ...}) or a CloudEvent, which
enters where its type says; - reads standard input.

  --json              {"alerts": [{"alert", "attempts", "outcome"}]}: every vote, and the event that ends the chain
  --expect FUNCTION   compare every alert with this function of the catalogue, or with none
  --runbook DIR       runbook to decide by (RUNBOOK_DIR, or runbook/ of the project)

Settings come from the environment as they do for a function: TRM_ENABLED, NONE_IS_FINAL, ... (docs/configuration.md).

Exit codes: 0 decided, and as expected; 1 an alert is decided otherwise; 2 the input or a setting cannot be used.`,
  operands: { name: '<alert.json | ->', most: 1 },
  options: {
    json: { type: 'boolean' },
    expect: { type: 'string' },
    runbook: { type: 'string' },
  },
  async run({ json = false, expect, runbook }, [operand = ''], terminal) {
    const input = await readInput(operand, terminal);
    const folders = projectFolders(terminal.env);
    const chain = createChain({ ...terminal.env, ...folders, RUNBOOK_DIR: runbook ?? folders.RUNBOOK_DIR });
    try {
      const flows = await flowsOf(input, chain);
      if (flows.length === 0) throw new UserError(`${inputName(operand)} holds no alert`, 'its "alerts" are empty');
      if (json) terminal.out(JSON.stringify({ alerts: flows.map(record) }, null, 2));
      else terminal.out(flows.map((flow) => flowText(flow, terminal.width)).join('\n\n'));
      return expect === undefined ? EXIT_OK : compare(flows, expect, terminal);
    } finally {
      await chain.close();
    }
  },
});

async function flowsOf(input: Input, chain: Chain): Promise<Flow[]> {
  const flows: Flow[] = [];
  for (const event of await firstEvents(input, chain)) flows.push(await chain.follow(event));
  return flows;
}

async function firstEvents(input: Input, chain: Chain): Promise<readonly CloudEvent[]> {
  switch (input.kind) {
    case 'notification':
      return chain.receive(input.notification);
    case 'alert':
      return chain.receive(notificationOf(input.alert));
    case 'event':
      return [input.event];
    default:
      return input satisfies never;
  }
}

function record(flow: Flow) {
  const outcome = lastEvent(flow);
  return {
    alert: alertOf(flow),
    attempts: attemptsOf(flow),
    outcome: outcome === undefined ? null : { ...outcome.attributes, data: outcome.data },
    ...(flow.done === undefined ? {} : { done: flow.done }),
    ...(flow.failure === undefined ? {} : { failure: { code: flow.failure.code, message: flow.failure.message } }),
  };
}

function compare(flows: readonly Flow[], expected: string, terminal: Terminal): number {
  const others = flows.filter((flow) => calledFunction(flow) !== expected);
  for (const flow of others) {
    terminal.err(`agent-sre: ${alertText(alertOf(flow))}: expected ${expected}, decided ${calledFunction(flow)}`);
  }
  return others.length === 0 ? EXIT_OK : EXIT_FAILED;
}
