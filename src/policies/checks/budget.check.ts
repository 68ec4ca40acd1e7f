/**
 * Money is reserved before it is spent: what an action is expected to cost must still fit into the budget of the day. Each
 * partition keeps the sum of its own slice, an even share of the day, so no two partitions can spend the same cent. What does not fit today waits for tomorrow; what would never fit is held.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { PARTITION_COUNT } from '../../domain/ids.ts';
import type { Policy } from '../../domain/policy.ts';
import { budgetPeriodOf, nextBudgetPeriodAt } from '../budget-period.ts';
import { held, missing, passed, scheduled } from '../gate-check.ts';
import { specOf } from '../reach.ts';

/** The share of a day's budget that one partition may spend, in minor units. The shares never add up to more than the whole. */
export function budgetSliceOf(perDayMinor: number): number {
  return Math.floor(perDayMinor / PARTITION_COUNT);
}

/** Amounts are in cents of the tenant's currency; a day is a UTC day. Source: GTM harness 7, budgets. */
export function budgetCheck(request: GateRequest, facts: GateFacts, policy: Pick<Policy, 'budget'>): CheckResult {
  const cost = specOf(request).costMinor;
  if (cost === 0) return passed('budget', 'not applicable: it costs nothing', { cost_minor: 0 });
  if (facts.budget === undefined) return missing('budget', 'budget', 'budget_unknown');

  const perDay = budgetSliceOf(policy.budget.per_day_minor);
  const spent = facts.budget.spent_minor[budgetPeriodOf(request.at)] ?? 0;
  const inputs = { cost_minor: cost, spent_minor: spent, slice_minor: perDay };
  const sum = `${spent} spent today + ${cost}`;
  if (spent + cost <= perDay) return passed('budget', `${sum} ≤ ${perDay} a day`, inputs);
  if (!(cost <= perDay)) {
    return held('budget', {
      code: 'budget_exhausted',
      comparison: `${cost} alone is more than ${perDay} a day`,
      inputs,
    });
  }
  const nextAt = nextBudgetPeriodAt(request.at);
  return scheduled(
    'budget',
    {
      code: 'budget_exhausted',
      comparison: `${sum} > ${perDay} a day`,
      inputs: { ...inputs, resets_in_ms: nextAt - request.at },
    },
    nextAt,
  );
}
