import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import type { TrustLevel } from '../domain/action-types.ts';
import { DAY_MS } from '../domain/instant.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { NOW } from './gate.fixture.ts';
import {
  addEvidence,
  decayedEvidence,
  isLevelAtLeast,
  lowerLevel,
  nextLevel,
  NO_EVIDENCE,
  trustQuantile,
} from './trust.ts';

const MAIL = ACTION_TYPE_SPECS.outreach_push;
const STOP = ACTION_TYPE_SPECS.suppress_channel;
const next = (level: TrustLevel, good: number, bad: number, harm = false, spec = MAIL) =>
  nextLevel(level, good, bad, spec, DEFAULT_POLICY, harm);

describe('evidence', () => {
  test('halves with each half-life and never grows', () => {
    const evidence = { good: 8, bad: 2, at: NOW };
    expect(decayedEvidence(evidence, NOW + 30 * DAY_MS, 30)).toEqual({ good: 4, bad: 1, at: NOW + 30 * DAY_MS });
    expect(decayedEvidence(evidence, NOW + 60 * DAY_MS, 30)).toMatchObject({ good: 2, bad: 0.5 });
    expect(decayedEvidence(evidence, NOW - DAY_MS, 30)).toEqual(evidence);
  });

  test('adds up, and a late piece counts for what is left of it', () => {
    const first = addEvidence(NO_EVIDENCE, { good: 4, bad: 0, at: NOW }, 30);
    expect(first).toEqual({ good: 4, bad: 0, at: NOW });
    expect(addEvidence(first, { good: 0, bad: 2, at: NOW - 30 * DAY_MS }, 30)).toEqual({ good: 4, bad: 1, at: NOW });
    expect(addEvidence(first, { good: 1, bad: 2, at: NOW + 30 * DAY_MS }, 30)).toMatchObject({ good: 3, bad: 2 });
  });

  test('gives the same in any order', () => {
    const piece = fc.record({ good: fc.nat(5), bad: fc.nat(5), at: fc.nat(400).map((day) => NOW + day * DAY_MS) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const fold = (list: typeof pieces) => list.reduce((sum, one) => addEvidence(sum, one, 30), NO_EVIDENCE);
        const [forward, backward] = [fold(pieces), fold(pieces.toReversed())];
        expect(backward.at).toBe(forward.at);
        expect(backward.good).toBeCloseTo(forward.good, 9);
        expect(backward.bad).toBeCloseTo(forward.bad, 9);
      }),
    );
  });
});

test('the quantile is pessimistic: 28 clean events for .90 where the mean needs 8', () => {
  const { trust } = DEFAULT_POLICY;
  const needed = Array.from({ length: 60 }, (_, good) => good).find((good) => trustQuantile(good, 0, trust) >= 0.9);
  expect(trustQuantile(0, 0, trust)).toBeCloseTo(0.05, 12);
  expect(needed).toBe(28);
});

test('levels are ordered', () => {
  expect(lowerLevel('auto', 'suggest')).toBe('suggest');
  expect(lowerLevel('blocked', 'approve_each')).toBe('blocked');
  expect(isLevelAtLeast('auto', 'auto')).toBe(true);
  expect(isLevelAtLeast('suggest', 'approve_each')).toBe(false);
});

describe('the level', () => {
  test.each([
    ['suggest', 3, 0, 'suggest'],
    ['suggest', 4, 0, 'approve_each'],
    ['approve_each', 19, 0, 'approve_each'],
    ['approve_each', 20, 0, 'sample_review'],
    ['approve_each', 30, 4, 'approve_each'],
    ['sample_review', 39.9, 0, 'sample_review'],
    ['sample_review', 40, 0, 'auto'],
    ['sample_review', 45, 2, 'sample_review'],
    ['auto', 500, 0, 'auto'],
    ['blocked', 500, 0, 'blocked'],
  ] as const)('%s on %f good and %f bad becomes %s', (level, good, bad, expected) => {
    expect(next(level, good, bad).level).toBe(expected);
  });

  test('goes up one at a time however much there is', () => {
    expect(next('suggest', 500, 0).level).toBe('approve_each');
    expect(next('approve_each', 500, 0).level).toBe('sample_review');
  });

  test('falls at once on harm, and does not rise on it', () => {
    expect(next('auto', 500, 0, true)).toEqual({ level: 'approve_each', reason: 'severe harm' });
    expect(next('sample_review', 500, 0, true).level).toBe('approve_each');
    expect(next('approve_each', 500, 0, true).level).toBe('approve_each');
    expect(next('suggest', 500, 0, true).level).toBe('suggest');
  });

  test('falls when trust is far below θ, not when it is a little below', () => {
    expect(next('auto', 30, 2).level).toBe('auto');
    expect(next('auto', 30, 10).level).toBe('approve_each');
    expect(next('auto', 30, 10).reason).toContain('is below 0.750');
    expect(next('sample_review', 2, 0).level).toBe('approve_each');
  });

  test('that the catalogue gives falls only on evidence against it', () => {
    expect(next('sample_review', 0, 0, false, STOP).level).toBe('sample_review');
    expect(next('sample_review', 0, 4.9, false, STOP).level).toBe('sample_review');
    expect(next('sample_review', 0, 5, false, STOP).level).toBe('approve_each');
    expect(next('auto', 0, 0, false, STOP).level).toBe('approve_each');
  });

  test('of a θ near 1 asks no less for auto than for sample review', () => {
    const strict = { ...MAIL, theta: 0.99 };
    expect(nextLevel('sample_review', 200, 0, strict, DEFAULT_POLICY, false).level).toBe('sample_review');
    expect(nextLevel('sample_review', 400, 0, strict, DEFAULT_POLICY, false).level).toBe('auto');
  });

  test('that does not change says what was measured', () => {
    expect(next('approve_each', 10, 1).reason).toMatch(/^trust 0\.\d{3} on 11\.0 pieces of evidence$/);
    expect(next('approve_each', 60, 1).reason).toContain('meets 0.850 on at least 20');
  });

  test('on numbers that are none never rises', () => {
    expect(next('approve_each', Number.NaN, 0).level).toBe('approve_each');
    expect(next('auto', Number.NaN, 0).level).toBe('approve_each');
  });
});
