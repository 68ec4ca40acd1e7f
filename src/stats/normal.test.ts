import { expect, test } from 'vitest';

import { normalQuantile } from './normal.ts';

test.each([
  [0.5, 0],
  [0.6, 0.2533471031357997],
  [0.95, 1.6448536269514722],
  [0.975, 1.959963984540054],
  [0.995, 2.5758293035489004],
  [0.025, -1.959963984540054],
  [1e-10, -6.361340902404056],
  [1e-300, -37.0470962993612],
])('the quantile of %f is %f', (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 10);
});

test('the ends are infinite and nothing lies beyond them', () => {
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  expect(normalQuantile(1.01)).toBeNaN();
  expect(normalQuantile(Number.NaN)).toBeNaN();
});
