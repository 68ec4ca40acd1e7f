import { describe, expect, test } from 'vitest';

import { betaCdf, betaQuantile } from './beta.ts';

describe('betaCdf', () => {
  test.each([
    [0.5, 1, 1, 0.5],
    [0.3, 2, 1, 0.09],
    [0.3, 1, 2, 0.51],
    [0.5, 7, 7, 0.5],
    [0.85, 20, 2, 0.155038124338057],
    [0.01, 0.5, 30, 0.560665631094749],
  ])('at %f for Beta(%f, %f) is %f', (x, a, b, share) => {
    expect(betaCdf(x, a, b)).toBeCloseTo(share, 12);
  });

  test('is 0 and 1 at the ends', () => {
    expect(betaCdf(0, 3, 4)).toBe(0);
    expect(betaCdf(1, 3, 4)).toBe(1);
  });

  test.each([
    [-0.1, 1, 1],
    [1.1, 1, 1],
    [0.5, 0, 1],
    [0.5, 1, Number.NaN],
  ])('is not a number for x %f and Beta(%f, %f)', (x, a, b) => {
    expect(betaCdf(x, a, b)).toBeNaN();
  });
});

describe('betaQuantile', () => {
  // Reference values computed with 30 digits.
  test.each([
    [0.05, 1, 1, 0.05],
    [0.05, 2, 1, 0.22360679774997896],
    [0.05, 21, 1, 0.867054088973477],
    [0.05, 11, 3, 0.589901395166184],
    [0.05, 28.5, 1.5, 0.872903506990193],
    [0.05, 0.5, 0.5, 0.00615582970243117],
    [0.975, 9.5, 1.5, 0.988988326236839],
    [0.5, 1000, 1000, 0.5],
  ])('at %f of Beta(%f, %f) is %f', (p, a, b, x) => {
    expect(betaQuantile(p, a, b)).toBeCloseTo(x, 10);
  });

  test('is 0 and 1 at the ends, and 0 where no positive number is small enough', () => {
    expect(betaQuantile(0, 2, 3)).toBe(0);
    expect(betaQuantile(1, 2, 3)).toBe(1);
    expect(betaQuantile(1e-6, 0.01, 20_000)).toBe(0);
  });

  test.each([
    [-0.1, 1, 1],
    [0.5, 0, 1],
    [0.5, 1, -1],
    [Number.NaN, 1, 1],
  ])('is not a number for p %f and Beta(%f, %f)', (p, a, b) => {
    expect(betaQuantile(p, a, b)).toBeNaN();
  });
});
