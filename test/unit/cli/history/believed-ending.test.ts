import { describe, expect, it } from 'vitest';
import { believedEnding } from '../../../../cli/history/believed-ending.ts';
import { type DecisionRecord, identityOf, recordOf } from '../../../../cli/history/record.ts';
import emitTrigger from '../../../../functions/emit-trigger/index.ts';
import type { CloudEvent } from '../../../../shared/cloudevents/attributes.ts';
import type { EventDefinition } from '../../../../shared/events/definition.ts';
import { buildEvent } from '../../../../shared/events/envelope.ts';
import {
  approvalGranted,
  approvalRequested,
  EVENTS,
  lambdaFinished,
  lambdaTrigger,
  remediationIneffective,
  remediationSelected,
  remediationSuppressed,
  remediationUnresolved,
  remediationVerified,
} from '../../../../shared/events/index.ts';
import { needsSignature, SIGNATURE, withSignature } from '../../../../shared/events/signature.ts';
import { type KeySource, passingKey } from '../../../../shared/keys.ts';
import { createLog } from '../../../../shared/log.ts';
import { eventOf } from '../../../../shared/runtime/handling/effect.ts';
import { runHandler } from '../../../../shared/runtime/handling/handler.ts';
import { NO_SPAN } from '../../../../shared/traces/span.ts';

const keys = passingKey();
const NOW = new Date('2026-11-23T03:00:00Z');
const HOUR_MS = 3_600_000;
type Definition = EventDefinition<unknown>;

function eventOfType(definition: Definition, signing: KeySource | undefined, data = definition.example): CloudEvent {
  const episode = { fingerprint: 'f', correlationId: 'f.1' };
  return withSignature(buildEvent({ definition, data, episode, key: '1' }, { hop: 1 }, 'emit-trigger', NOW), signing);
}

function recorded(event: CloudEvent, ageMs = 0): DecisionRecord | undefined {
  const told = believedEnding(event, keys, new Date(NOW.getTime() + ageMs));
  return told && recordOf(told, true, NOW);
}

const claimed = { ...remediationVerified.example, unsigned_resolution: true };

/** Where a key is set: what is recorded of an event, and whether that counts as signed. */
const RECORDED: readonly [string, CloudEvent, number, string | undefined, boolean | undefined][] = [
  ['a result', eventOfType(remediationVerified, keys), 0, 'verified', true],
  ['a result of six hours ago', eventOfType(remediationVerified, keys), 6 * HOUR_MS, 'verified', true],
  ['a result that is sent again later', eventOfType(remediationVerified, keys), 7 * HOUR_MS, 'rejected', undefined],
  ['a result on a claim', eventOfType(remediationVerified, keys, claimed), 0, 'verified', false],
  ['a forged result', eventOfType(remediationVerified, undefined), 0, 'rejected', undefined],
  ['a result of another key', eventOfType(remediationVerified, passingKey()), 0, 'rejected', undefined],
  ['a forged failure', eventOfType(remediationIneffective, undefined), 0, 'rejected', undefined],
  ['a forged call', eventOfType(lambdaTrigger, undefined), 0, 'rejected', undefined],
  ['a forged question', eventOfType(approvalRequested, undefined), 0, 'rejected', undefined],
  ['a forged denial', eventOfType(remediationSuppressed, undefined), 0, 'rejected', undefined],
  ['what a Lambda says', eventOfType(lambdaFinished, keys), 0, 'finished', true],
  ['what a Lambda that signs nothing says', eventOfType(lambdaFinished, undefined), 0, 'finished', false],
  ['an approval, whose token is signed', eventOfType(approvalGranted, keys), 0, 'approved', undefined],
  ['no action', eventOfType(remediationUnresolved, keys), 0, 'no action', undefined],
  ['a selection, which is on the way', eventOfType(remediationSelected, keys), 0, undefined, undefined],
];

describe('what is recorded', () => {
  it.each(RECORDED)('of %s', (_, event, ageMs, outcome, signed) => {
    const record = recorded(event, ageMs);
    expect([record?.outcome, record?.signed]).toEqual([outcome, signed]);
  });

  it.each(
    EVENTS.filter(({ type }) => needsSignature(type)).map((definition) => [definition.type, definition] as const),
  )('of a forged %s is nothing that it claims, and no token', (type, definition) => {
    const record = recorded(eventOfType({ ...definition } as Definition, undefined));
    expect(record).toMatchObject({
      outcome: 'rejected',
      reason: 'ASRE_EVENT_UNSIGNED',
      event: { data: { event_type: type } },
    });
    expect(JSON.stringify(record)).not.toMatch(/pod-restart|checkout|mira|v1\./);
    expect(
      believedEnding(eventOfType({ ...definition } as Definition, undefined), keys, NOW)?.ending.token,
    ).toBeUndefined();
  });

  it('where no key is set is what the event says, of no proof', () => {
    const told = believedEnding(eventOfType(remediationVerified, undefined), undefined, NOW);
    expect(told?.ending).toMatchObject({ kind: 'verified', lambdaFunction: 'pod-restart' });
    expect(told?.signed).toBeUndefined();
  });

  it('of a forgery has the id of the rejection that a function answers with: it is told once', async () => {
    const forged = eventOfType(remediationIneffective, undefined);
    const { id = '', source = '', type = '', time } = forged.attributes;
    const incoming = { id, source, type, time, hop: 1, attributes: forged.attributes, readData: () => forged.data };
    const event = { ...incoming, prefersReply: true, fromBroker: true };
    const state = { signingKeys: keys, now: () => NOW };
    const context = { state, config: {}, log: createLog('test', 'silent'), clock: () => 0, span: NO_SPAN };
    const outcome = await runHandler(emitTrigger, event, context as never);
    const answer = eventOf(outcome, event, 'emit-trigger', NOW);
    expect(recorded(forged)?.id).toBe(answer?.attributes.id);
    expect(recorded(forged)?.text).toBe(answer && recorded(answer)?.text);
  });

  it('is not kept out by a forgery with its id', () => {
    const [genuine, forged] = [eventOfType(lambdaFinished, keys), eventOfType(lambdaFinished, undefined)];
    expect(forged.attributes.id).toBe(genuine.attributes.id);
    expect(forged.attributes[SIGNATURE]).toBeUndefined();
    const other = eventOfType(lambdaFinished, undefined, { ...lambdaFinished.example, outcome: 'nothing_to_do' });
    const said = [genuine, forged, other, genuine, forged, other];
    const identities = said.map((event) => identityOf(recorded(event) as DecisionRecord));
    expect(new Set(identities).size).toBe(3);
    expect(Math.max(...identities.map((identity) => identity.length))).toBeLessThan(110);
  });
});
