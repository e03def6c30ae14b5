import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { isObject } from '../shared/json.ts';
import { loadRunbook } from '../shared/runbook/load.ts';
import type { Policy } from '../shared/runbook/runbook.ts';
import { alertOfLabels, type Input, inputsOfValue, notificationOf, readInputs } from './alert-input.ts';
import { type Chain, createChain } from './chain.ts';
import {
  alertOf,
  attemptsOf,
  calledFunction,
  endText,
  type Flow,
  flowText,
  isUndecided,
  lastEvent,
  NO_FUNCTION,
} from './flow.ts';
import { checkFunctionName } from './function-name.ts';
import { readTextFile } from './input.ts';
import { alertTextBy } from './named-alert.ts';
import { projectEnvironment } from './project.ts';
import { firedBy } from './rules/fired.ts';
import { parseRuleFile } from './rules/rule-file.ts';
import { readApi } from './server-api.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError } from './verb.ts';

/** Runs the decision of the functions themselves in this process; nothing is sent. */
export const decide = defineVerb({
  name: 'decide',
  summary: "show each tier's vote on an alert and what comes of it; nothing is sent",
  help: `Usage: agent-sre decide <file.json | - | label=value ...> [options]
       agent-sre decide --from alertmanager|prometheus URL [options]

Shows what the five functions decide, as the Triggers chain them. Nothing is sent, and nothing need run.
Takes files (- is standard input) of JSON, or of one JSON value a line:

  a webhook notification of Alertmanager, or one alert: {"labels": ..., "annotations": ...}
  alerts as Alertmanager's API v2, amtool alert -o json or Prometheus' /api/v1/alerts show them
  a CloudEvent, which enters where its type says

files of alerting rules (.yaml: Prometheus' own or a PrometheusRule), each fired with made-up values of the
labels that it names, or the labels of one alert: alertname=KubePodCrashLooping namespace=shop pod=web-1

  --from SERVER       the alerts that fire now at the URL of an alertmanager or a prometheus
  --text TEXT         what that alert's annotation "description" says
  --json              {"alerts": [{"alert", "attempts", "outcome"}]}: every vote, and the event that ends the chain
  --expect FUNCTION   fail unless every alert gets this function of the catalogue, or none
  --runbook DIR       runbook to decide by (RUNBOOK_DIR, or runbook/ of the project)

Settings come from the environment as they do for a function: TRM_ENABLED, NONE_IS_FINAL, ... (docs/configuration.md).

Exit codes: 0 decided, and as expected; 1 an alert is decided otherwise, or rejected; 2 the input or a setting cannot be
used.`,
  operands: { name: '<file.json | - | label=value ...>, or a URL behind --from', most: Number.POSITIVE_INFINITY },
  options: {
    from: { type: 'string' },
    text: { type: 'string' },
    json: { type: 'boolean', default: false },
    expect: { type: 'string' },
    runbook: { type: 'string' },
  },
  async run({ from, text, json, expect, runbook }, operands, terminal) {
    const inputs = from === undefined ? await inputsOf(operands, text, terminal) : await readFiring(from, operands);
    const env = projectEnvironment(terminal.env, runbook);
    const { catalogue, policy } = loadRunbook(env.RUNBOOK_DIR, { entries: false });
    if (expect !== undefined) checkFunctionName(expect, [...catalogue.keys(), NO_FUNCTION], '--expect: ');
    const chain = createChain(env);
    try {
      const flows = await flowsOf(inputs, chain);
      if (json) terminal.out(JSON.stringify({ alerts: flows.map(record) }, null, 2));
      else terminal.out(flows.map((flow) => flowText(flow, policy, terminal.width)).join('\n\n'));
      return judge(flows, expect, policy, terminal);
    } finally {
      await chain.close();
    }
  },
});

/** What files, standard input or labels on the command line hold. @throws {UserError} */
export async function inputsOf(
  operands: readonly string[],
  text: string | undefined,
  terminal: Terminal,
): Promise<Input[]> {
  const alert = alertOfLabels(operands, text);
  if (alert !== undefined) return [alert];
  const inputs: Input[] = [];
  for (const file of operands) inputs.push(...(await readFileInputs(file, terminal)));
  return inputs;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where each server lists its alerts, and which of them fire. */
const SERVERS: Readonly<Record<string, { path: string; fires: (alert: Fields) => boolean }>> = {
  alertmanager: { path: 'api/v2/alerts?silenced=false&inhibited=false', fires: () => true },
  prometheus: { path: 'api/v1/alerts', fires: ({ state }) => state !== 'pending' },
};

async function readFiring(name: string, [url = '', ...more]: readonly string[]): Promise<Input[]> {
  const server = Object.hasOwn(SERVERS, name) ? SERVERS[name] : undefined;
  if (server === undefined) throw new UserError(`--from must be alertmanager or prometheus, not "${name}"`, '');
  if (more.length > 0) throw new UserError(`--from takes one URL; "${more[0]}" is one too many`, '');
  const answer = await readApi(url, server.path);
  const listed = isObject(answer) && isObject(answer.data) ? answer.data.alerts : answer;
  if (!Array.isArray(listed))
    throw new UserError(`${url} does not list alerts as ${name} does`, 'check the URL and its path');
  const firing = listed.filter((alert) => !isObject(alert) || server.fires(alert));
  if (firing.length === 0) throw new UserError(`no alert fires at ${url}`, '', EXIT_FAILED);
  return inputsOfValue(firing, url);
}

async function readFileInputs(file: string, terminal: Terminal): Promise<Input[]> {
  if (!/\.ya?ml$/i.test(file)) return readInputs(file, terminal);
  const { rules } = parseRuleFile(await readTextFile(file), file);
  return rules.map(({ fields }) => ({ kind: 'alert', alert: firedBy(fields), fromApi: false }));
}

/** What the chain makes of each alert. @throws {UserError} */
export async function flowsOf(inputs: readonly Input[], chain: Chain): Promise<Flow[]> {
  const flows: Flow[] = [];
  for (const input of inputs) {
    for (const event of await firstEvents(input, chain)) flows.push(await chain.follow(event));
  }
  if (flows.length === 0) throw new UserError('there is no alert in the notification', 'its "alerts" are empty');
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

/** A line for each alert that got no decision, or another one than expected. @returns the exit code */
function judge(flows: readonly Flow[], expected: string | undefined, policy: Policy, terminal: Terminal): number {
  const wrong = flows.filter((flow) =>
    expected === undefined ? isUndecided(flow) : calledFunction(flow) !== expected,
  );
  for (const flow of wrong) {
    const what = expected === undefined ? endText(flow) : `expected ${expected}, decided ${calledFunction(flow)}`;
    terminal.err(`agent-sre: ${alertTextBy(policy, alertOf(flow))}: ${what}`);
  }
  return wrong.length === 0 ? EXIT_OK : EXIT_FAILED;
}
