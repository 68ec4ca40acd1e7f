/**
 * The period that money is counted in: a day in UTC. Tenants sit in many zones and a budget must not be spent twice in the hours
 * between two midnights, so everyone counts by the same one. Whoever reserves money uses the same key as the gate.
 */
import { DAY_MS, isoOf } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';

/** The key of the day in `spent_minor` of a budget guard, such as `2026-11-21`. Throws `RangeError` on a time that is no date. */
export function budgetPeriodOf(at: Instant): string {
  return isoOf(at).slice(0, 10);
}

/** The first moment of the next period. */
export function nextBudgetPeriodAt(at: Instant): Instant {
  return (Math.floor(at / DAY_MS) + 1) * DAY_MS;
}
