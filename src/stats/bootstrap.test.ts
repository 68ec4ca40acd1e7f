import { expect, test } from 'vitest';

import { pairedBootstrap } from './bootstrap.ts';
import { seededRandom } from './random.ts';

const options = (seed: string) => ({ resamples: 10_000, level: 0.95, random: seededRandom(seed) });

test('the interval is about 1.96 standard errors wide on each side', () => {
  const random = seededRandom('cases');
  const differences = Array.from({ length: 400 }, () => (random() < 0.3 ? 1 : 0));
  const { mean, low, high } = pairedBootstrap(differences, options('a'));
  const error = Math.sqrt((mean * (1 - mean)) / 400);
  expect(low).toBeCloseTo(mean - 1.96 * error, 2);
  expect(high).toBeCloseTo(mean + 1.96 * error, 2);
});

test('a difference that never varies has no width, and a seed gives the same interval again', () => {
  expect(pairedBootstrap([0.5, 0.5], options('a'))).toEqual({ mean: 0.5, low: 0.5, high: 0.5, cases: 2 });
  expect(pairedBootstrap([0, 1, 1], options('b'))).toEqual(pairedBootstrap([0, 1, 1], options('b')));
});
