import { describe, expect, test } from 'vitest';

import { drawCandidate } from './exploration.ts';

describe('without exploration', () => {
  test('the best is certain', () => {
    expect(drawCandidate([70, 80, 20], 0, 'any')).toEqual({ best: 1, chosen: 1, propensities: [0, 1, 0] });
  });

  test('a tie goes to the earlier one', () => {
    expect(drawCandidate([20, 80, 80], 0, 'any').chosen).toBe(1);
  });
});

describe('with exploration', () => {
  test('the others within 15 points share it evenly', () => {
    expect(drawCandidate([65, 80, 64.99, 72, 20], 0.1, 'any').propensities).toEqual([0.05, 0.9, 0, 0.05, 0]);
  });

  test('nothing changes when nothing is near', () => {
    expect(drawCandidate([20, 80, 64.99], 0.5, 'any')).toEqual({ best: 1, chosen: 1, propensities: [0, 1, 0] });
  });

  test('what cannot be done is never drawn', () => {
    expect(drawCandidate([0, 10, 5], 0.5, 'any').propensities).toEqual([0, 0.5, 0.5]);
  });

  test('a tied candidate is explored like any other', () => {
    expect(drawCandidate([80, 80], 0.2, 'any').propensities).toEqual([0.8, 0.2]);
  });

  test.each([0.02, 0.1, 0.5])('the draws have the stated frequencies, ε = %f', (epsilon) => {
    const scores = [65, 80, 40, 72, 79];
    const draws = 40_000;
    const counts = scores.map(() => 0);
    for (let index = 0; index < draws; index += 1) counts[drawCandidate(scores, epsilon, `dec_${index}`).chosen]! += 1;
    for (const [index, propensity] of drawCandidate(scores, epsilon, '').propensities.entries()) {
      const deviation = Math.sqrt((propensity * (1 - propensity)) / draws);
      expect(Math.abs(counts[index]! / draws - propensity)).toBeLessThanOrEqual(4 * deviation);
    }
  });
});
