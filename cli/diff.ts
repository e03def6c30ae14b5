import type { CloudEvent } from '../shared/cloudevents/attributes.ts';
import { formatTable } from '../shared/text/table.ts';
import { notificationOf, readInputs } from './alert-input.ts';
import { createChain } from './chain.ts';
import type { Ending } from './ending.ts';
import { alertOf, endText, type Flow, lastEvent } from './flow.ts';
import { projectEnvironment } from './project.ts';
import { alertText, endingOf } from './read-ending.ts';
import { defineVerb, EXIT_FAILED, EXIT_OK, type Terminal, UserError } from './verb.ts';

const HEADINGS = ['alert', 'change', 'old', 'new'];

/** Decides recorded alerts by two runbooks, and shows what differs. */
export const diff = defineVerb({
  name: 'diff',
  summary: 'decide recorded alerts by another runbook or model, and show what would change',
  help: `Usage: agent-sre diff OLD NEW --alerts FILE [options]

Decides the alerts of the files by the runbook OLD and by the runbook NEW (each a folder, or several with : between
them), and shows each alert that would end otherwise: new (a call where there was none), lost, other function, other
target, or other end (such as suppressed where it was called). Nothing is sent.

  --alerts FILE     what agent-sre decide takes, or recorded events, one a line; may be repeated; - is standard input
  --old-models DIR  model of OLD (MODELS_DIR, or models/ of the project)
  --new-models DIR  model of NEW (likewise)
  --json            {"alerts": [{"alert", "change", "old", "new"}]}, the unchanged too

Exit codes: 0 nothing would change; 1 something would; 2 the input or a setting cannot be used.`,
  operands: { name: 'OLD and NEW', most: 2 },
  options: {
    alerts: { type: 'string', multiple: true, default: [] },
    'old-models': { type: 'string' },
    'new-models': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ alerts: files, 'old-models': oldModels, 'new-models': newModels, json }, [before, after], terminal) {
    if (before === undefined || after === undefined)
      throw new UserError('diff needs two runbooks', 'see agent-sre diff --help');
    if (files.length === 0) throw new UserError('diff needs --alerts FILE', 'see agent-sre diff --help');
    const notifications = await readNotifications(files, terminal);
    const old = await decideAll(notifications, { RUNBOOK_DIR: before, MODELS_DIR: oldModels }, terminal);
    const now = await decideAll(notifications, { RUNBOOK_DIR: after, MODELS_DIR: newModels }, terminal);
    const compared = old.map((flow, index) => compare(flow, now[index] ?? flow));
    const changed = compared.filter(({ change }) => change !== 'same');
    if (json) terminal.out(JSON.stringify({ alerts: compared }, null, 2));
    else terminal.out(textOf(changed, compared.length, terminal.width));
    return changed.length === 0 ? EXIT_OK : EXIT_FAILED;
  },
});

export type Change = 'same' | 'new' | 'lost' | 'other function' | 'other target' | 'other end';

interface Comparison {
  readonly alert: string;
  readonly change: Change;
  readonly old: string;
  readonly new: string;
}

/** What differs between two endings of one alert; undefined stands for one that is handled and ended by nothing. */
export function changeOf(old: Ending | undefined, now: Ending | undefined): Change {
  if (old?.lambdaFunction === undefined && now?.lambdaFunction !== undefined) return 'new';
  if (old?.lambdaFunction !== undefined && now?.lambdaFunction === undefined) return 'lost';
  if (old?.lambdaFunction !== now?.lambdaFunction) return 'other function';
  if (old?.parameters !== now?.parameters) return 'other target';
  return old?.kind === now?.kind ? 'same' : 'other end';
}

async function readNotifications(files: readonly string[], terminal: Terminal): Promise<unknown[]> {
  const notifications: unknown[] = [];
  for (const file of files) {
    for (const input of await readInputs(file, terminal)) {
      if (input.kind === 'notification') notifications.push(input.notification);
      else notifications.push(notificationOf(input.kind === 'alert' ? input.alert : recordedAlert(input.event, file)));
    }
  }
  return notifications;
}

// Whatever was recorded of it, the alert is decided from the start.
function recordedAlert(event: CloudEvent, file: string): Readonly<Record<string, unknown>> {
  const alert = alertOf({ events: [event] });
  if (alert === undefined) throw new UserError(`${file}: an event of type ${event.attributes.type} holds no alert`, '');
  return alert;
}

async function decideAll(
  notifications: readonly unknown[],
  { RUNBOOK_DIR, MODELS_DIR }: { RUNBOOK_DIR: string; MODELS_DIR: string | undefined },
  terminal: Terminal,
): Promise<Flow[]> {
  const models = MODELS_DIR === undefined ? {} : { MODELS_DIR };
  const chain = createChain(projectEnvironment({ ...terminal.env, ...models }, RUNBOOK_DIR));
  try {
    const flows: Flow[] = [];
    for (const notification of notifications) {
      for (const event of await chain.receive(notification)) flows.push(await chain.follow(event));
      terminal.progress(`${flows.length} alerts by ${RUNBOOK_DIR}`);
    }
    return flows;
  } finally {
    terminal.progress('');
    await chain.close();
  }
}

function compare(old: Flow, now: Flow): Comparison {
  const [before, after] = [old, now].map((flow) => {
    const last = lastEvent(flow);
    return last && endingOf(last);
  });
  return { alert: alertText(alertOf(old)), change: changeOf(before, after), old: endText(old), new: endText(now) };
}

function textOf(changed: readonly Comparison[], total: number, width: number): string {
  const summary = `${total} alerts: ${changed.length} would end otherwise`;
  if (changed.length === 0) return summary;
  const rows = changed.map(({ alert, change, old, new: now }) => [alert, change, old, now]);
  return `${formatTable(HEADINGS, rows, width)}\n\n${summary}`;
}
