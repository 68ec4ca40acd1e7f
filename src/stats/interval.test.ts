import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { clopperPearsonInterval, jeffreysInterval, newcombeInterval, wilsonInterval } from './interval.ts';

describe('known answers at 95 %', () => {
  test.each([
    [0, 10, 0, 0.277533],
    [9, 10, 0.59585, 0.982124],
    [81, 263, 0.255289, 0.36621],
  ])('Wilson %i of %i: %f to %f', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });

  test('Clopper–Pearson 9 of 10', () => {
    const { low, high } = clopperPearsonInterval(9, 10);
    expect(low).toBeCloseTo(0.554984, 6);
    expect(high).toBeCloseTo(0.997471, 6);
  });

  test('Jeffreys 9 of 10', () => {
    const { low, high } = jeffreysInterval(9, 10);
    expect(low).toBeCloseTo(0.618685, 6);
    expect(high).toBeCloseTo(0.988988, 6);
  });

  test('Newcombe 56 of 70 against 48 of 80', () => {
    const { low, high } = newcombeInterval({ successes: 56, trials: 70 }, { successes: 48, trials: 80 });
    expect(low).toBeCloseTo(0.0524, 4);
    expect(high).toBeCloseTo(0.3339, 4);
  });

  test('a lower bound of .90 needs 25 clean trials by Wilson and 29 by Clopper–Pearson, one-sided', () => {
    // A two-sided interval at 90 % has one-sided bounds at 95 %.
    const least = (bound: (trials: number) => number) => {
      let trials = 1;
      while (bound(trials) < 0.9) trials += 1;
      return trials;
    };
    expect(least((trials) => wilsonInterval(trials, trials, 0.9).low)).toBe(25);
    expect(least((trials) => clopperPearsonInterval(trials, trials, 0.9).low)).toBe(29);
  });
});

test('without trials nothing is known', () => {
  for (const interval of [wilsonInterval, clopperPearsonInterval, jeffreysInterval]) {
    expect(interval(0, 0)).toEqual({ low: 0, high: 1 });
  }
  expect(newcombeInterval({ successes: 0, trials: 0 }, { successes: 1, trials: 2 })).toEqual({ low: -1, high: 1 });
});

test('counts that cannot be are refused', () => {
  expect(() => wilsonInterval(3, 2)).toThrow('3 successes of 2 trials');
  expect(() => jeffreysInterval(-1, 2)).toThrow('-1 successes');
  expect(() => clopperPearsonInterval(1, 2, 1)).toThrow('a confidence of 1');
  expect(() => wilsonInterval(Number.NaN, 2)).toThrow('assertion failed');
});

test('every interval holds the rate, mirrors itself, and the exact one is the widest below', () => {
  fc.assert(
    fc.property(fc.nat(400), fc.nat(400), (successes, failures) => {
      const trials = successes + failures;
      for (const of of [wilsonInterval, clopperPearsonInterval, jeffreysInterval]) {
        const interval = of(successes, trials);
        const mirrored = of(failures, trials);
        expect(interval.low).toBeGreaterThanOrEqual(0);
        expect(interval.high).toBeLessThanOrEqual(1);
        expect(mirrored.low).toBeCloseTo(1 - interval.high, 9);
        const rate = trials === 0 ? 0.5 : successes / trials;
        expect(interval.low).toBeLessThanOrEqual(rate + 1e-12);
        expect(interval.high).toBeGreaterThanOrEqual(rate - 1e-12);
      }
      expect(clopperPearsonInterval(successes, trials).low).toBeLessThanOrEqual(
        jeffreysInterval(successes, trials).low + 1e-12,
      );
    }),
  );
});
