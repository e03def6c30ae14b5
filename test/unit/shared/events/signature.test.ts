import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSUMER, INTERMEDIARY, readEvent } from '../../../../shared/cloudevents/read.ts';
import { binaryHeaders, STRUCTURED_TYPE, structuredBody, toBinary } from '../../../../shared/cloudevents/write.ts';
import { buildEvent } from '../../../../shared/events/envelope.ts';
import { EVENTS, lambdaTrigger, remediationSelected } from '../../../../shared/events/index.ts';
import {
  checkSignature,
  isSigned,
  needsSignature,
  SIGNATURE,
  SIGNED,
  withSignature,
  withWebhookSignature,
} from '../../../../shared/events/signature.ts';
import { readJson } from '../../../../shared/json.ts';
import { passingKey } from '../../../../shared/keys.ts';

const [keys, others] = [passingKey(), passingKey()];
const now = new Date('2026-11-23T03:00:00Z');
const episode = { fingerprint: 'f', correlationId: 'f.1' };
const selected = { definition: remediationSelected, data: remediationSelected.example, episode };
const event = withSignature(buildEvent(selected, { hop: 1 }, 'trm-reason', now), keys);
const { attributes, data } = event;

describe('withSignature', () => {
  it('signs a selection in an attribute that any broker passes on', () => {
    expect(attributes[SIGNATURE]).toMatch(/^v2\.[\w-]{43}$/);
    expect(SIGNATURE).toMatch(/^[a-z0-9]{1,20}$/);
  });

  it('signs a lambda trigger, so that nobody else can call a Lambda function', () => {
    const draft = { definition: lambdaTrigger, data: lambdaTrigger.example, episode };
    const call = withSignature(buildEvent(draft, { hop: 1 }, 'emit-trigger', now), keys);
    expect(isSigned(call.attributes, call.data, keys(), now)).toBe(true);
    const other = { ...lambdaTrigger.example, parameters: { name: 'other', namespace: 'shop' } };
    expect(isSigned(call.attributes, other, keys(), now)).toBe(false);
  });

  it('leaves anything as it is without a key', () => {
    const plain = buildEvent(selected, { hop: 1 }, 'x', now);
    expect(withSignature(plain, undefined)).toBe(plain);
  });

  /** Who signs the type, and whether it counts with a signature only. */
  const TYPES: Readonly<Record<string, readonly [by: 'an answer' | 'a webhook' | 'nobody', needed: boolean]>> = {
    'alert.fired': ['nobody', false],
    'alert.resolved': ['a webhook', false],
    'trm.requested': ['nobody', false],
    'gemma.requested': ['nobody', false],
    'rules.requested': ['nobody', false],
    'remediation.selected': ['an answer', false],
    'remediation.unresolved': ['nobody', false],
    'approval.requested': ['an answer', true],
    'approval.granted': ['nobody', false],
    'approval.denied': ['nobody', false],
    'lambda.trigger': ['an answer', true],
    'remediation.suppressed': ['an answer', true],
    'lambda.finished': ['an answer', false],
    'remediation.verified': ['an answer', true],
    'remediation.ineffective': ['an answer', true],
    'event.rejected': ['nobody', false],
  };

  it.each(EVENTS.map((definition) => [definition.type.split('.').slice(-2).join('.'), definition] as const))(
    'signs %s as the table says',
    (name, definition) => {
      const plain = buildEvent({ definition, data: definition.example, episode }, { hop: 1 }, 'x', now);
      const isBy = (sign: typeof withSignature) => isSigned(sign(plain, keys).attributes, plain.data, keys(), now);
      const by = isBy(withSignature) ? 'an answer' : isBy(withWebhookSignature) ? 'a webhook' : 'nobody';
      expect([by, needsSignature(definition.type)]).toEqual(TYPES[name]);
      expect(SIGNED.includes(definition.type)).toBe(by !== 'nobody');
    },
  );
});

describe('checkSignature', () => {
  const unsigned = { ...attributes, [SIGNATURE]: '' };
  it.each([
    ['a signed event', attributes, keys, undefined],
    ['an unsigned one', unsigned, keys, 'ASRE_EVENT_UNSIGNED'],
    ['one that is signed by another key', attributes, others, 'ASRE_EVENT_UNSIGNED'],
    ['any one where nothing is signed', unsigned, undefined, undefined],
  ])('of %s: $3', (_, given, source, code) => {
    const check = () => checkSignature({ attributes: given, readData: () => data }, source, now);
    if (code === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code }));
  });
});

describe('isSigned', () => {
  const { alert } = remediationSelected.example;
  it.each([
    ['as it was sent', attributes, data, true],
    ['with its time in another form', { ...attributes, time: '2026-11-23T04:00:00+01:00', hop: '9' }, data, true],
    ['with another time', { ...attributes, time: '2026-11-23T03:00:01Z' }, data, false],
    ['without a time', { ...attributes, time: 'later' }, data, false],
    ['without a signature', { ...attributes, [SIGNATURE]: '' }, data, false],
    ['with a signature of another form', { ...attributes, [SIGNATURE]: `v3.${'a'.repeat(43)}` }, data, false],
    ['under another id', { ...attributes, id: 'x' }, data, false],
    ['under another episode', { ...attributes, correlationid: 'f.2' }, data, false],
    ['of another type', { ...attributes, type: 'x' }, data, false],
    ['with another function', attributes, { ...remediationSelected.example, lambda_function: 'node-cordon' }, false],
    ['with another confidence', attributes, { ...remediationSelected.example, confidence: 0.99 }, false],
    [
      'with an opt-out taken away',
      attributes,
      { ...remediationSelected.example, alert: { ...alert, annotations: {} } },
      false,
    ],
    ['with something added', attributes, { ...remediationSelected.example, more: 1 }, false],
  ])('of a selection %s: $3', (_, given, body, expected) => {
    expect(isSigned(given, body, keys(), now)).toBe(expected);
  });

  it.each([
    ['six hours', 6 * 3_600_000, true],
    ['more than that', 6 * 3_600_000 + 1, false],
    ['less than no time, by another clock', -2_000, true],
  ])('after %s: $2', (_, ageMs, expected) => {
    expect(isSigned(attributes, data, keys(), new Date(now.getTime() + ageMs))).toBe(expected);
  });

  it('takes either of two keys, and no third', () => {
    expect(isSigned(attributes, data, [others()[0], keys()[0]], now)).toBe(true);
    expect(isSigned(attributes, data, others(), now)).toBe(false);
  });

  it.each(['binary', 'structured'])('after a broker that delivers in %s mode', (mode) => {
    const { headers, body } = toBinary(event);
    const taken = readEvent(headers, Buffer.from(body), INTERMEDIARY);
    if (taken.kind !== 'event') throw new Error(taken.kind);
    const { attributes: passed, contentType } = taken.event;
    const delivered =
      mode === 'binary'
        ? readEvent(binaryHeaders(passed, contentType), taken.event.body, CONSUMER)
        : readEvent({ 'content-type': STRUCTURED_TYPE }, structuredBody(taken.event), CONSUMER);
    if (delivered.kind !== 'event') throw new Error(delivered.kind);
    expect(isSigned(delivered.event.attributes, readJson(delivered.event.body), keys(), now)).toBe(true);
  });

  it('of any data that JSON can carry, whatever the order of its keys', () => {
    const backwards = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value;
    const property = fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (content) => {
      const signed = withSignature({ attributes, data: content }, keys);
      const arrived = JSON.parse(JSON.stringify(backwards(content)));
      expect(isSigned(signed.attributes, arrived, keys(), now)).toBe(true);
    });
    fc.assert(property);
  });
});
