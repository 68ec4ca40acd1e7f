import { expect, test } from 'vitest';

import { lnBeta, lnGamma } from './ln-gamma.ts';

test.each([
  [1, 0],
  [2, 0],
  [5, Math.log(24)],
  [0.5, Math.log(Math.sqrt(Math.PI))],
  [0.01, 4.599479878042022],
  [100.3, 360.5147057290581],
])('ln Γ(%f) is %f', (x, value) => {
  expect(lnGamma(x)).toBeCloseTo(value, 11);
});

test('is not a number at 0 and below', () => {
  expect(lnGamma(0)).toBeNaN();
  expect(lnGamma(-1.5)).toBeNaN();
});

test('ln B(3, 4) is that of 1/60', () => {
  expect(lnBeta(3, 4)).toBeCloseTo(Math.log(1 / 60), 13);
});
