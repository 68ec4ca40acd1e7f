import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { betaCdf, betaQuantile } from './beta.ts';

/** From the least prior that a policy may set to more evidence than any cell gathers, spread evenly over the orders of magnitude. */
const parameter = fc
  .double({ min: Math.log(0.01), max: Math.log(20_000), noNaN: true })
  .map((power) => Math.exp(power));
const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

test('the quantile inverts the distribution', () => {
  fc.assert(
    fc.property(share, parameter, parameter, (p, a, b) => {
      const x = betaQuantile(p, a, b);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(1);
      // Where the density is steep, neighbouring numbers differ by more than any fixed tolerance, so the answer is bracketed in its last bits.
      const bits = Math.max(8 * Number.EPSILON * x, Number.MIN_VALUE);
      expect(betaCdf(Math.max(0, x - bits), a, b)).toBeLessThanOrEqual(p + 1e-9);
      expect(betaCdf(Math.min(1, x + bits), a, b)).toBeGreaterThanOrEqual(p - 1e-9);
    }),
    { numRuns: 2_000 },
  );
});

test('the quantile rises with the share and with good evidence, and falls with bad', () => {
  fc.assert(
    fc.property(share, parameter, parameter, fc.double({ min: 0.01, max: 50, noNaN: true }), (p, a, b, more) => {
      const x = betaQuantile(p, a, b);
      const slack = 1e-9;
      expect(betaQuantile(Math.min(1, p * 1.1), a, b)).toBeGreaterThanOrEqual(x - slack);
      expect(betaQuantile(p, a + more, b)).toBeGreaterThanOrEqual(x - slack);
      expect(betaQuantile(p, a, b + more)).toBeLessThanOrEqual(x + slack);
    }),
  );
});

test('the distribution mirrors itself', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), parameter, parameter, (x, a, b) => {
      expect(betaCdf(x, a, b) + betaCdf(1 - x, b, a)).toBeCloseTo(1, 9);
    }),
  );
});
