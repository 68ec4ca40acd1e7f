import { expect, test } from 'vitest';

import { EMPTY_GUARD } from '../../domain/guard.ts';
import { PARTITION_COUNT } from '../../domain/ids.ts';
import { AUDIENCE, CRM, FACTS, factsWith, factsWithout, NOW, policyWith } from '../gate.fixture.ts';
import { budgetCheck, budgetSliceOf } from './budget.check.ts';

const spent = (minor: number) => factsWith({ budget: { ...EMPTY_GUARD, spent_minor: { '2026-11-18': minor } } });
/** A day's budget of which the slice of one partition is this much. */
const slice = (minor: number) => policyWith({ budget: { currency: 'EUR', per_day_minor: minor * PARTITION_COUNT } });

test('what fits to the cent passes', () => {
  expect(budgetCheck(AUDIENCE, spent(150), slice(200))).toMatchObject({
    outcome: 'pass',
    comparison: '150 spent today + 50 ≤ 200 a day',
  });
});

test('what does not fit waits for the next day in UTC', () => {
  expect(budgetCheck(AUDIENCE, spent(151), slice(200))).toMatchObject({
    outcome: 'schedule',
    code: 'budget_exhausted',
    inputs: { cost_minor: 50, spent_minor: 151, slice_minor: 200, resets_in_ms: 14 * 3_600_000 },
    next_at: Date.UTC(2026, 10, 19),
  });
});

test('yesterday is forgotten', () => {
  const facts = factsWith({ budget: { ...EMPTY_GUARD, spent_minor: { '2026-11-17': 200 } } });
  expect(budgetCheck(AUDIENCE, facts, slice(200)).outcome).toBe('pass');
});

test('the slices of all partitions never add up to more than the day', () => {
  for (const perDay of [0, 63, 64, 1_000, 50_000])
    expect(budgetSliceOf(perDay) * PARTITION_COUNT).toBeLessThanOrEqual(perDay);
});

test('what would never fit is held', () => {
  expect(budgetCheck(AUDIENCE, FACTS, slice(49))).toMatchObject({
    outcome: 'hold',
    code: 'budget_exhausted',
    next_at: null,
  });
});

test('a budget that could not be read holds, unless it costs nothing', () => {
  expect(budgetCheck(AUDIENCE, factsWithout('budget'), slice(200))).toMatchObject({
    outcome: 'hold',
    code: 'budget_unknown',
  });
  expect(budgetCheck({ ...CRM, at: NOW }, factsWithout('budget'), slice(0)).outcome).toBe('pass');
});
