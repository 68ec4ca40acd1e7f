import { expect, test } from 'vitest';

import { normalisedGainAt, recallAt, reciprocalRank } from './metrics.ts';

const RANKING = ['a', 'b', 'c', 'd'];

test('recall counts what stands above the depth', () => {
  expect(recallAt(RANKING, new Set(['b', 'd', 'x', 'y']), 3)).toBe(0.25);
  expect(recallAt(RANKING, new Set(['b', 'd']), 4)).toBe(1);
});

test('the reciprocal rank is that of the first relevant one', () => {
  expect(reciprocalRank(RANKING, new Set(['c', 'd']))).toBe(1 / 3);
  expect(reciprocalRank(RANKING, new Set(['x']))).toBe(0);
});

test('the gain is 1 for the best order, and falls with the logarithm of the place', () => {
  expect(normalisedGainAt(RANKING, new Set(['a', 'b']), 10)).toBeCloseTo(1, 12);
  expect(normalisedGainAt(RANKING, new Set(['b']), 10)).toBeCloseTo(1 / Math.log2(3), 12);
  // 1/log2(2) + 1/log2(5) over 1/log2(2) + 1/log2(3)
  expect(normalisedGainAt(RANKING, new Set(['a', 'd']), 10)).toBeCloseTo(
    (1 + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3)),
    12,
  );
});
