import { describe, expect, test } from 'vitest';

import { HOUR_MS } from './instant.ts';
import { addIntent, decayedIntent } from './intent.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

describe('decayedIntent', () => {
  test.each([
    [0, 80],
    [24, 57.3225],
    [72, 29.4304],
    [144, 10.8268],
    [720, 0.0036],
  ])('of 80 after %i hours is %f', (hours, left) => {
    expect(decayedIntent(80, NOON, NOON + hours * HOUR_MS)).toBeCloseTo(left, 4);
  });

  test('does not rise when looked at from before', () => {
    expect(decayedIntent(80, NOON, NOON - 24 * HOUR_MS)).toBe(80);
  });
});

describe('addIntent', () => {
  test('adds to what is left', () => {
    expect(addIntent({ score: 50, at: NOON }, 20, NOON + 72 * HOUR_MS)).toEqual({
      score: 50 * Math.exp(-1) + 20,
      at: NOON + 72 * HOUR_MS,
    });
  });

  test('counts a late signal for what is left of it, and keeps its time', () => {
    expect(addIntent({ score: 50, at: NOON }, 20, NOON - 72 * HOUR_MS)).toEqual({
      score: 50 + 20 * Math.exp(-1),
      at: NOON,
    });
  });

  test('stops at 100 and takes nothing for a negative strength', () => {
    expect(addIntent({ score: 90, at: NOON }, 60, NOON).score).toBe(100);
    expect(addIntent({ score: 90, at: NOON }, -60, NOON).score).toBe(90);
  });
});
