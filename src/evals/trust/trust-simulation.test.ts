/** The simulations of trust on a small scale. Bounds are four standard errors of the simulated shares about the published figures. */
import { expect, test } from 'vitest';

import { GOOD_SENDER, simulateSender, simulateUnlocks } from './trust-simulation.ts';

/** Cells of one run share a prior, so the error is taken a half larger than that of independent trials; published figures are rounded. */
function expectShare(share: number, published: number, trials: number, rounding: number): void {
  const bound = 4 * 1.5 * Math.sqrt((published * (1 - published)) / trials) + rounding;
  expect(Math.abs(share - published)).toBeLessThan(bound);
}

test('the pooled quantile unlocks few bad cells, and about half of the good ones', () => {
  const rates = simulateUnlocks(40, 'test');
  expect(rates.badCells + rates.goodCells).toBe(2_400);
  expectShare(rates.pooled.bad, 0.014, rates.badCells, 0.0005);
  expectShare(rates.pooled.good, 0.51, rates.goodCells, 0.005);
  // Less pooled than that: fewer of both, and bad cells no oftener.
  expect(rates.runtime.bad).toBeLessThanOrEqual(rates.pooled.bad + 0.02);
  expect(rates.runtime.good).toBeGreaterThan(0.25);
  expectShare(rates.raw.bad, 0.15, rates.badCells, 0.005);
  expectShare(rates.raw.good, 0.87, rates.goodCells, 0.005);
});

const plan = { messagesPerDay: 50, auditShare: 0.05, before: GOOD_SENDER, changesOn: 120, days: 240 };
const sendersOf = (after: typeof GOOD_SENDER) =>
  Array.from({ length: 5 }, (_, index) => simulateSender({ ...plan, after }, `test:${index}`));
const meanOf = (shares: readonly number[]) => shares.reduce((sum, share) => sum + share, 0) / shares.length;

test('a good sender of cold e-mail reaches sample review and keeps it', () => {
  const results = sendersOf(GOOD_SENDER);
  expect(results.every(({ reachedOn }) => reachedOn !== null && reachedOn < 60)).toBe(true);
  expect(meanOf(results.map(({ keptAtEnd }) => keptAtEnd))).toBeGreaterThan(0.85);
});

test.each([
  ['complaints', { ...GOOD_SENDER, complaints: 0.004 }],
  ['rejections in audits', { ...GOOD_SENDER, rejected: 0.15 }],
] as const)('it loses sample review on %s', (_, after) => {
  const results = sendersOf(after);
  expect(results.every(({ lostAfter }) => lostAfter !== null)).toBe(true);
  expect(meanOf(results.map(({ keptAtEnd }) => keptAtEnd))).toBeLessThan(0.8);
});
