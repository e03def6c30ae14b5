import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureJson, readJson } from '../../../shared/json.ts';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const keyed = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":0`)}}`;

describe('readJson', () => {
  it('reads what JSON.parse reads', () => {
    const property = fc.property(fc.json(), (text) => {
      expect(readJson(Buffer.from(text))).toEqual(JSON.parse(text));
    });
    fc.assert(property);
  });

  it.each([
    ['200 levels', nested(200)],
    ['brackets in text', JSON.stringify({ a: '['.repeat(500), '{{"\\': ':'.repeat(2_000) })],
    ['1,000 keys', keyed(1_000)],
    ['1,000 keys in each of three objects', `[${keyed(1_000)},${keyed(1_000)},{"a":${keyed(1_000)}}]`],
    ['many items', JSON.stringify(Array.from({ length: 20_000 }, () => ({ a: 1 })))],
    ['a byte order mark', '\ufeff{}'],
  ])('takes %s', (_, text) => {
    expect(readJson(Buffer.from(text))).toEqual(JSON.parse(text.replace('\ufeff', '')));
  });

  it.each([
    ['201 levels', nested(201), /nested deeper than 200/],
    ['100,000 levels that never close', '[{"a":'.repeat(50_000), /nested deeper than 200/],
    ['1,001 keys', keyed(1_001), /more than 1000 keys/],
    ['1,001 keys inside', `{"a":[{"b":${keyed(1_001)}}]}`, /more than 1000 keys/],
    ['what is not JSON', '{"a"}', /./],
    ['text that breaks off', '{"a":"b\\', /./],
    ['too many closing brackets', ']]]]{}', /./],
    ['nothing', '', /./],
    ['two byte order marks', '\ufeff\ufeff{}', /./],
  ])('refuses %s', (_, text, message) => {
    expect(() => readJson(Buffer.from(text))).toThrow(SyntaxError);
    expect(() => readJson(Buffer.from(text))).toThrow(message);
  });
});

describe('measureJson', () => {
  const many = (text: string) => `[${Array.from({ length: 10_000 }, () => text)}]`;
  it.each([
    ['texts', '{"a":"bc","d":["ef",{"g":1}],"h":null}'],
    ['levels', nested(200)],
    ['keys', keyed(1_000)],
    ['empty objects', many('{}')],
    ['empty arrays', many('[]')],
    ['numbers that grow when they are written', many('1e20')],
  ])('counts about the characters that are written: %s', (_, text) => {
    const value = JSON.parse(text);
    const written = JSON.stringify(value).length;
    expect(measureJson(value)).toBeGreaterThan(0.6 * written);
    expect(measureJson(value)).toBeLessThanOrEqual(written);
  });

  it.each([
    ['201 levels', nested(201), 0, /nested deeper than 200/],
    ['200 levels where it stands one deeper', nested(200), 1, /nested deeper than 200/],
    ['100,000 levels', nested(100_000), 0, /nested deeper than 200/],
    ['1,001 keys inside', `{"a":[{"b":${keyed(1_001)}}]}`, 0, /more than 1000 keys/],
  ])('refuses %s, as readJson does', (_, text, depth, message) => {
    expect(() => measureJson(JSON.parse(text), depth)).toThrow(message);
  });
});
