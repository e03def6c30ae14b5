import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withAttributes } from '../broker/event.ts';
import { type Journal, JournalError, openJournal, put, remove, unreadableText } from '../broker/journal.ts';
import { makeFolder } from '../shared/folder.ts';
import { parseJson } from '../shared/json.ts';
import { repairLevel } from '../shared/level.ts';
import { messageOf } from '../shared/text/message.ts';
import { printable } from '../shared/text/printable.ts';
import { formatTable } from '../shared/text/table.ts';
import { alertOf } from './flow.ts';
import { dataFolder } from './history/history.ts';
import { alertText } from './read-ending.ts';
import { ledgerFolders } from './run/ledger.ts';
import { defineVerb, EXIT_OK, type Terminal, UserError } from './verb.ts';

const HEADINGS = ['time', 'type', 'alert', 'id', 'Trigger', 'why'];
/** What the broker noted on the event when it became a dead letter. */
const DELIVERY_ERROR = { knativeerrordest: undefined, knativeerrorcode: undefined, knativeerrordata: undefined };

/** The undelivered events of a system that is stopped. */
export const queue = defineVerb({
  name: 'queue',
  summary: 'list the undelivered events, or put them back; repair a damaged data folder',
  help: `Usage: agent-sre queue <list | retry | repair> [options]

Works on the data folder of agent-sre run. Stop that first.

  list    show the events that neither a subscriber nor a dead letter sink took
  retry   put them back: the next agent-sre run delivers them again
  repair  rebuild a damaged folder, as far as possible: its events, and what the functions remember

  --data DIR   the data folder (.agent-sre)

Exit codes: 0 done, 2 the folder or an option cannot be used.`,
  operands: { name: '<list | retry | repair>', most: 1 },
  options: { data: { type: 'string', default: '.agent-sre' } },
  async run({ data }, [action = ''], terminal) {
    const act = Object.entries(ACTIONS).find(([name]) => name === action)?.[1];
    if (act === undefined) throw new UserError(`queue does not know "${action}"`, 'use list, retry or repair');
    await act(resolve(data), terminal);
    return EXIT_OK;
  },
});

const ACTIONS: Readonly<Record<string, (data: string, terminal: Terminal) => Promise<void>>> = { list, retry, repair };

/** Opens the accepted events of a data folder. @throws {UserError} where it cannot be used, or another program has it */
export async function openQueue(data: string, sync: boolean): Promise<Journal> {
  const folder = join(data, 'events');
  try {
    makeFolder(folder);
  } catch (error) {
    const why = messageOf(error);
    throw new UserError(`the data folder ${data} cannot be used: ${why}`, 'name another one by --data DIR');
  }
  try {
    return await openJournal(folder, sync);
  } catch (error) {
    throw error instanceof JournalError ? new UserError(error.message, '') : error;
  }
}

async function list(data: string, { out, err, width }: Terminal): Promise<void> {
  let unreadable = 0;
  const rows = await withQueue(data, async (journal) => {
    const found: string[][] = [];
    for await (const { delivery } of journal.list('undelivered', () => void unreadable++)) {
      const { attributes, body } = delivery.event;
      const alert = alertText(alertOf({ events: [{ attributes, data: parseJson(body.toString('utf8')) }] }));
      const { time = '', type = '', id = '' } = attributes;
      found.push([time, type, alert, id, delivery.trigger, delivery.why ?? ''].map(printable));
    }
    return found;
  });
  if (rows.length > 0) out(formatTable(HEADINGS, rows, width));
  if (unreadable > 0) err(`agent-sre: ${unreadableText(unreadable)}`);
  out(`${rows.length} undelivered${rows.length === 0 ? '' : '; agent-sre queue retry puts them back'}`);
}

async function retry(data: string, { out }: Terminal): Promise<void> {
  const count = await withQueue(data, async (journal) => {
    let again = 0;
    for await (const { sequence, delivery } of journal.list('undelivered')) {
      const event = withAttributes(delivery.event, DELIVERY_ERROR);
      const first = { trigger: delivery.trigger, event, stage: 'subscriber', tried: 0 } as const;
      await journal.commit([remove('undelivered', sequence), put('pending', sequence, first)]);
      again++;
    }
    return again;
  });
  out(`${count} put back; the next agent-sre run delivers them`);
}

async function repair(data: string, { out }: Terminal): Promise<void> {
  await repairFolder(join(data, 'events'));
  // Under the lock of the events: no agent-sre run starts meanwhile.
  await withQueue(data, async () => {
    for (const folder of ledgerFolders(data)) await repairFolder(folder);
  });
  out(`${data} can be used again`);
}

async function repairFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  try {
    await repairLevel(folder);
  } catch (error) {
    throw new UserError(
      `${folder} cannot be repaired: ${messageOf(error)}`,
      'stop agent-sre run (npm start), or move the folder away',
    );
  }
}

async function withQueue<Result>(data: string, use: (journal: Journal) => Promise<Result>): Promise<Result> {
  const journal = await openQueue(dataFolder(data), true);
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}
