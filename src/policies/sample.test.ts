import { expect, test } from 'vitest';

import { NOW } from './gate.fixture.ts';
import { auditDraw } from './sample.ts';

test('the draw is the same for the same message and time, and another for another', () => {
  expect(auditDraw('fp_1', NOW)).toBe(auditDraw('fp_1', NOW));
  expect(auditDraw('fp_1', NOW)).not.toBe(auditDraw('fp_2', NOW));
  expect(auditDraw('fp_1', NOW)).not.toBe(auditDraw('fp_1', NOW + 1));
});

test.each([
  ['messages', (index: number) => auditDraw(`fp_${index}`, NOW)],
  ['times', (index: number) => auditDraw('fp_1', NOW + index)],
])('draws of many %s are uniform', (_, draw) => {
  const bins = Array.from({ length: 20 }, () => 0);
  for (let index = 0; index < 40_000; index += 1) {
    const bin = Math.floor(draw(index) * 20);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const chiSquare = bins.reduce((sum, count) => sum + (count - 2_000) ** 2 / 2_000, 0);
  // The 99.9 % quantile of χ² with 19 degrees of freedom.
  expect(chiSquare).toBeLessThan(43.82);
});
