import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { Counts } from '../stats/beta-binomial.ts';
import { poolTrust, POOLED_CELLS_LEAST, POOLED_STRENGTH_MOST, priorInForce } from './trust-pool.ts';
import { trustQuantile } from './trust.ts';

const cell = (good: number, bad: number): Counts => ({ good, bad });
const GOOD = [cell(30, 1), cell(40, 2), cell(25, 1)];

describe('the pooled prior', () => {
  test('speaks well of a new cell where the others did well, and badly where they did not', () => {
    const after = (cells: readonly Counts[]) => trustQuantile(8, 0, poolTrust(cells)!.prior);
    expect(after(GOOD)).toBeGreaterThan(trustQuantile(8, 0, DEFAULT_POLICY.trust));
    expect(after([cell(5, 30), cell(10, 40), cell(2, 20)])).toBeLessThan(trustQuantile(8, 0, DEFAULT_POLICY.trust));
  });

  test('is none as long as too few cells have evidence', () => {
    expect(poolTrust([])).toBeNull();
    expect(poolTrust(GOOD.slice(1))).toBeNull();
    expect(poolTrust([...GOOD.slice(1), cell(4, 0.9)])).toBeNull();
    expect(poolTrust([...GOOD, cell(1, 0)])).toMatchObject({ cells: POOLED_CELLS_LEAST });
  });

  const anyCell = fc.record({
    good: fc.double({ min: 0, max: 200, noNaN: true }),
    bad: fc.double({ min: 0, max: 200, noNaN: true }),
  });
  test('is never stronger than its limit, is a prior, and does not depend on the order of the cells', () => {
    fc.assert(
      fc.property(fc.array(anyCell, { minLength: 3, maxLength: 12 }), (cells) => {
        const pooled = poolTrust(cells);
        if (pooled === null) return;
        const { prior_good: good, prior_bad: bad } = pooled.prior;
        expect(good).toBeGreaterThan(0);
        expect(bad).toBeGreaterThan(0);
        expect(good + bad).toBeLessThanOrEqual(POOLED_STRENGTH_MOST + 0.05);
        const turned = poolTrust(cells.toReversed());
        expect(turned?.prior.prior_good).toBeCloseTo(good, 1);
        expect(turned?.prior.prior_bad).toBeCloseTo(bad, 1);
      }),
      { numRuns: 200 },
    );
  });
});

test('the policy may keep its own prior, and has it where nothing is pooled', () => {
  const { trust } = DEFAULT_POLICY;
  const { prior } = poolTrust(GOOD)!;
  expect(priorInForce(trust, prior)).toBe(prior);
  for (const none of [null, undefined]) expect(priorInForce(trust, none)).toBe(trust);
  expect(priorInForce({ ...trust, pooled: false }, prior)).toMatchObject({ prior_good: 1, prior_bad: 1 });
});
