import type { Labels } from './alert.ts';

const SEPARATOR = 0xff;
const LAST_ASCII = 0x7f;
const SURROGATE = /[\ud800-\udfff]/;

/**
 * The fingerprint that Prometheus and Alertmanager give this label set: 64-bit FNV-1a over the sorted names and values,
 * 16 hex digits (prometheus/common model.LabelSet.Fingerprint). Labels with an empty value are absent, as there.
 */
export function fingerprint(labels: Labels): string {
  const names = Object.keys(labels).filter((name) => labels[name] !== '');
  const hash = new Fnv1a64();
  for (const name of sortByBytes(names)) {
    hash.addText(name);
    hash.addByte(SEPARATOR);
    hash.addText(labels[name] ?? '');
    hash.addByte(SEPARATOR);
  }
  return hash.hex();
}

/** As Go sorts strings. Code units order the same unless a character takes two of them: these come before U+E000 to U+FFFF. */
function sortByBytes(names: string[]): string[] {
  if (!names.some((name) => SURROGATE.test(name))) return names.sort();
  return names.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

/** FNV-1a in four 16-bit limbs: BigInt would cost more than the rest of the event together. */
class Fnv1a64 {
  // offset basis 0xcbf29ce484222325, least significant limb first
  #a = 0x2325;
  #b = 0x8422;
  #c = 0x9ce4;
  #d = 0xcbf2;

  /** Adds the text in UTF-8. ASCII, which nearly all labels are, is its own bytes. */
  addText(text: string): void {
    let at = 0;
    while (at < text.length && text.charCodeAt(at) <= LAST_ASCII) this.addByte(text.charCodeAt(at++));
    if (at < text.length) for (const byte of Buffer.from(text.slice(at))) this.addByte(byte);
  }

  // The prime 0x100000001b3 is 2^40 + 0x1b3: a product by 0x1b3, and the two low limbs again 40 bits further up.
  addByte(byte: number): void {
    const low = this.#a ^ byte;
    const a = low * 0x1b3;
    const b = this.#b * 0x1b3 + (a >>> 16);
    const c = this.#c * 0x1b3 + (low << 8) + (b >>> 16);
    const d = this.#d * 0x1b3 + (this.#b << 8) + (c >>> 16);
    this.#a = a & 0xffff;
    this.#b = b & 0xffff;
    this.#c = c & 0xffff;
    this.#d = d & 0xffff;
  }

  hex(): string {
    return [this.#d, this.#c, this.#b, this.#a].map((limb) => limb.toString(16).padStart(4, '0')).join('');
  }
}
