import { expect, it } from 'vitest';
import { placeOf, takeTurn, type Waiting } from '../../../../../functions/alert-router/chat/turn.ts';
import { ledgerOn } from '../../../../../shared/ledger/ledger.ts';
import { memoryStore } from '../../../../../shared/ledger/memory.ts';

it('what a replica was telling when it was ended is told again, with what it was to sum up', async () => {
  let nowMs = 0;
  const ledger = ledgerOn(memoryStore(() => new Date(nowMs)));
  const turnOf = (id: string, incident: string, most = 1) => {
    const place = placeOf('receiver', incident);
    const news: Waiting = { id, kind: 'verified', sealed: id };
    return ledger.transact([place.incident, place.overall], (known) =>
      takeTurn(place, news, known, { nowMs, most, fitting: (waiting) => waiting.length }),
    );
  };
  await turnOf('1', 'one');
  const leftOut = { kind: 'done', reason: 'left out' };
  expect(await turnOf('2', 'two')).toEqual(leftOut);
  expect(await turnOf('2', 'two')).toEqual(leftOut); // delivered again: it was not told, and counts once
  nowMs = 60_000;
  const telling = { kind: 'tell', batch: [{ id: '3' }], leftOut: { verified: 1 } };
  expect(await turnOf('3', 'three')).toMatchObject(telling); // and it is never known what became of it
  nowMs += 14_999;
  expect(await turnOf('3', 'three', 9)).toMatchObject({ kind: 'wait' });
  nowMs += 1;
  expect(await turnOf('3', 'three', 9)).toMatchObject(telling);
});
