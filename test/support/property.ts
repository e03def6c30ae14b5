import fc from 'fast-check';
import { expect } from 'vitest';

/** Of the runs of a property, those that must get as far as its assertions: a property about nothing proves nothing. */
const LEAST_SHARE = 0.5;

/**
 * Checks a property, and that it is about something.
 *
 * @param holds makes the assertions; false where the example gives it nothing to assert
 */
export function checkProperty<Example>(
  arbitrary: fc.Arbitrary<Example>,
  holds: (example: Example) => boolean,
  numRuns = 500,
): void {
  let reached = 0;
  const property = fc.property(arbitrary, (example) => {
    if (holds(example)) reached++;
  });
  fc.assert(property, { numRuns });
  expect(reached / numRuns, 'the share of runs that reached the assertions').toBeGreaterThanOrEqual(LEAST_SHARE);
}
