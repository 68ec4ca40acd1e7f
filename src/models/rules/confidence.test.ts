import { expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { confidenceOf } from './confidence.ts';
import { EXPLORATION_MARGIN } from './exploration.ts';

test.each([
  // margin, coverage, confidence
  [0, 1, 0.4],
  [20, 1, 0.7],
  [40, 1, 1],
  [100, 1, 1],
  [0, 0, 0.24],
  [40, 0, 0.6],
  [20, 0.5, 0.56],
  [-15, 1, 0.3],
  [-15, 0.5, 0.24],
  [-60, 1, 0],
  [-100, 1, 0],
])('a margin of %i with %f known is %f', (margin, coverage, confidence) => {
  expect(confidenceOf(margin, coverage)).toBe(confidence);
});

test('what is drawn from furthest behind passes the default floor only when everything is known', () => {
  expect(confidenceOf(-EXPLORATION_MARGIN, 1)).toBeGreaterThanOrEqual(DEFAULT_POLICY.confidence_floor);
  expect(confidenceOf(-EXPLORATION_MARGIN, 0.98)).toBeLessThan(DEFAULT_POLICY.confidence_floor);
});
