/** A whole number in plain decimal digits, from `least` to `most`; undefined for all else, such as 0x10 and 1e3. */
export function readWholeNumber(text: string, least: number, most: number): number | undefined {
  return /^\d+$/.test(text) ? within(Number(text), least, most) : undefined;
}

/** A number from 0 to 1 in plain decimal digits; undefined for all else. */
export function readShare(text: string): number | undefined {
  return /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? within(Number(text), 0, 1) : undefined;
}

function within(number: number, least: number, most: number): number | undefined {
  return number >= least && number <= most ? number : undefined;
}
