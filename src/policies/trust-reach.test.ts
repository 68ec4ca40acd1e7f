import { expect, test } from 'vitest';

import { isReachable, maxEffectiveN } from './trust-reach.ts';

test('one a day with a half-life of 30 days is never worth more than 43', () => {
  expect(maxEffectiveN(1, 30)).toBeCloseTo(43.28, 2);
  expect(maxEffectiveN(0, 30)).toBe(0);
});

test('a threshold within reach is told so', () => {
  const { reachable, limit, explanation } = isReachable(0.85, 1, 1, 1, 30);
  expect(reachable).toBe(true);
  expect(limit).toBeCloseTo(0.05 ** (1 / (1 + 43.2808512)), 6);
  expect(explanation).toMatch(/^Reachable: .*43\.3 and trust below 0\.935, which is enough for 0\.85\.$/);
});

test('one out of reach is refused with what to do', () => {
  const { reachable, explanation } = isReachable(0.95, 1, 1, 1, 30);
  expect(reachable).toBe(false);
  expect(explanation).toContain('Not reachable');
  expect(explanation).toContain('so 0.95 is never met. Lower the threshold');
});
