import { expect, test } from 'vitest';

import { EMPTY_GUARD } from '../../domain/guard.ts';
import { AUDIENCE, CRM, FACTS, factsWith, factsWithout, NOW, policyWith } from '../gate.fixture.ts';
import { budgetCheck } from './budget.check.ts';

const spent = (minor: number) => factsWith({ budget: { ...EMPTY_GUARD, spent_minor: { '2026-11-18': minor } } });
const perDay = (minor: number) => policyWith({ budget: { currency: 'EUR', per_day_minor: minor } });

test('what fits to the cent passes', () => {
  expect(budgetCheck(AUDIENCE, spent(150), perDay(200))).toMatchObject({
    outcome: 'pass',
    comparison: '150 spent today + 50 ≤ 200 a day',
  });
});

test('what does not fit waits for the next day in UTC', () => {
  expect(budgetCheck(AUDIENCE, spent(151), perDay(200))).toMatchObject({
    outcome: 'schedule',
    code: 'budget_exhausted',
    inputs: { cost_minor: 50, spent_minor: 151, per_day_minor: 200, resets_in_ms: 14 * 3_600_000 },
    next_at: Date.UTC(2026, 10, 19),
  });
});

test('yesterday is forgotten', () => {
  const facts = factsWith({ budget: { ...EMPTY_GUARD, spent_minor: { '2026-11-17': 200 } } });
  expect(budgetCheck(AUDIENCE, facts, perDay(200)).outcome).toBe('pass');
});

test('what would never fit is held', () => {
  expect(budgetCheck(AUDIENCE, FACTS, perDay(49))).toMatchObject({
    outcome: 'hold',
    code: 'budget_exhausted',
    next_at: null,
  });
});

test('a budget that could not be read holds, unless it costs nothing', () => {
  expect(budgetCheck(AUDIENCE, factsWithout('budget'), perDay(200))).toMatchObject({
    outcome: 'hold',
    code: 'budget_unknown',
  });
  expect(budgetCheck({ ...CRM, at: NOW }, factsWithout('budget'), perDay(0)).outcome).toBe('pass');
});
