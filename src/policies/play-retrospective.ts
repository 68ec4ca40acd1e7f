/**
 * What became of those whom a play reached, against each of its success criteria. It describes a cohort and proves no effect: nobody was kept
 * apart to compare with, and what the figures cannot know is listed beside them.
 *
 * Source: SalesPlayLibrary, success criteria and retrospective; cohorts and no attribution of single deals.
 */
import { successCriteriaSchema } from '../domain/play.ts';
import type { Cohort, CriterionResult, Retrospection, Standing, UnknownCode } from '../domain/retrospection.ts';
import { pairedBootstrap } from '../stats/bootstrap.ts';
import { wilsonInterval } from '../stats/interval.ts';
import type { Interval } from '../stats/interval.ts';
import { seededRandom } from '../stats/random.ts';

const RESAMPLES = 2_000;
/** An interval of fewer deals than this would promise more than it knows. */
const DEALS_MIN = 5;

function standingOf(target: number, interval: Interval | null): Standing {
  if (interval === null) return 'open';
  if (interval.low >= target) return 'reached';
  return interval.high < target ? 'missed' : 'open';
}

function rateResult(
  criterion: 'meeting_rate' | 'opportunity_rate',
  target: number,
  successes: number,
  n: number,
): CriterionResult {
  const interval = n === 0 ? null : wilsonInterval(successes, n);
  return {
    criterion,
    target,
    unit: 'share',
    currency: null,
    n,
    observed: n === 0 ? null : successes / n,
    interval,
    standing: standingOf(target, interval),
  };
}

/** The mean of deals. */
function valueResult(target: number, currency: string, amounts: readonly number[], seed: string): CriterionResult {
  const n = amounts.length;
  const drawn =
    n < DEALS_MIN ? null : pairedBootstrap(amounts, { resamples: RESAMPLES, level: 0.95, random: seededRandom(seed) });
  const interval = drawn === null ? null : { low: drawn.low, high: drawn.high };
  return {
    criterion: 'contract_value',
    target,
    unit: 'minor',
    currency,
    n,
    observed: n === 0 ? null : amounts.reduce((sum, amount) => sum + amount, 0) / n,
    interval,
    standing: standingOf(target, interval),
  };
}

/** Null for success criteria that this program cannot read. */
export function retrospection(successCriteria: object, cohort: Cohort): Retrospection | null {
  const parsed = successCriteriaSchema.safeParse(successCriteria);
  if (!parsed.success) return null;
  const { meeting_rate: meetings, opportunity_rate: opportunities, contract_value: value } = parsed.data;
  const { matured } = cohort;
  const amounts = cohort.won.flatMap(({ amount_minor: amount, currency }) =>
    amount !== null && currency === value?.currency ? [amount] : [],
  );
  const criteria = [
    ...(meetings === undefined ? [] : [rateResult('meeting_rate', meetings, cohort.meetings, matured)]),
    ...(opportunities === undefined
      ? []
      : [rateResult('opportunity_rate', opportunities, cohort.opportunities, matured)]),
    ...(value === undefined ? [] : [valueResult(value.amount_minor, value.currency, amounts, cohort.play)]),
  ];
  const counted: readonly (readonly [UnknownCode, number])[] = [
    ['not_matured', cohort.begun - matured],
    ['mode_reaches_nobody', cohort.unreal],
    ['linked_elsewhere', cohort.elsewhere],
    ['other_currency', value === undefined ? 0 : cohort.won.length - amounts.length],
  ];
  return {
    evaluate_after_days: parsed.data.evaluate_after_days,
    criteria,
    unknown: [
      { code: 'no_comparison', count: null },
      { code: 'outcomes_may_come', count: null },
      ...counted.flatMap(([code, count]) => (count > 0 ? [{ code, count }] : [])),
    ],
  };
}
