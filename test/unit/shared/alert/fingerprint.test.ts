import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../../shared/alert/fingerprint.ts';
import { anyLabels } from '../../../support/arbitraries.ts';

/** Test vectors of prometheus/common (model/signature_test.go, model/fingerprinting_test.go). */
const VECTORS: readonly [Record<string, string>, bigint][] = [
  [{}, 14695981039346656037n],
  [{ name: 'garland, briggs', fear: 'love is not enough' }, 5799056148416392346n],
  [{ first_name: 'electro', occupation: 'robot', manufacturer: 'westinghouse' }, 5911716720268894962n],
  [{ x: 'y' }, 8241431561484471700n],
  [{ a: 'bb', b: 'c' }, 3016285359649981711n],
  [{ a: 'b', bb: 'c' }, 7122421792099404749n],
];

/** FNV-1a as the paper has it: slow, and plainly right. */
function reference(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).filter((name) => labels[name] !== '');
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const parts = names
    .sort(byBytes)
    .flatMap((name) => [Buffer.from(name), [0xff], Buffer.from(labels[name] ?? ''), [0xff]]);
  let hash = 0xcbf29ce484222325n;
  for (const byte of parts.flatMap((part) => [...part])) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) % 2n ** 64n;
  return hash.toString(16).padStart(16, '0');
}

describe('fingerprint', () => {
  it.each(VECTORS)('of %j is that of Prometheus', (labels, expected) => {
    expect(BigInt(`0x${fingerprint(labels)}`)).toBe(expected);
  });

  it('sorts names by bytes as Go does, not by UTF-16 code units', () => {
    const labels = { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'web-1', container: 'web' };
    expect(fingerprint({ ...labels, severity: 'warning', ﬀ: 'z', '😀': 'y' })).toBe('127c61891a8133e2');
  });

  it('of no labels is the offset basis', () => {
    expect(fingerprint({})).toBe('cbf29ce484222325');
  });

  it('is FNV-1a for any label set', () => {
    const property = fc.property(anyLabels, (labels) => {
      expect(fingerprint(labels)).toBe(reference(labels));
    });
    fc.assert(property);
  });

  it('does not depend on the order of the labels', () => {
    expect(fingerprint({ b: '2', a: '1' })).toBe(fingerprint({ a: '1', b: '2' }));
  });

  it('takes an empty value for a label that is not there', () => {
    expect(fingerprint({ a: '1', b: '' })).toBe(fingerprint({ a: '1' }));
  });
});
