import { expect, test } from 'vitest';

import { budgetPeriodOf, nextBudgetPeriodAt } from './budget-period.ts';

test('a period is a day in UTC', () => {
  const midnight = Date.UTC(2026, 10, 19);
  expect(budgetPeriodOf(midnight - 1)).toBe('2026-11-18');
  expect(budgetPeriodOf(midnight)).toBe('2026-11-19');
  expect(nextBudgetPeriodAt(midnight - 1)).toBe(midnight);
  expect(nextBudgetPeriodAt(midnight)).toBe(Date.UTC(2026, 10, 20));
});

test('a time that is no date throws', () => {
  expect(() => budgetPeriodOf(Number.NaN)).toThrow(RangeError);
});
