/**
 * The prior that the trust cells of a tenant lend each other: what the tenant's kinds of action have shown together is where each of them begins, so
 * one with little evidence of its own is read in the light of the others. The gate takes the prior that stands in the registry; who computes it
 * anew puts it there by an event, so a verdict is reached again from the same numbers.
 *
 * Source: beta-binomial empirical Bayes, strength at most 20: Gatehouse statistics, trust.
 */
import type { Policy } from '../domain/policy.ts';
import type { TrustPrior } from '../domain/trust.ts';
import type { Counts } from '../stats/beta-binomial.ts';
import { fitBetaPrior } from '../stats/beta-binomial.ts';

/** The most that the others together may count for, in pieces of evidence. */
export const POOLED_STRENGTH_MOST = 20;
/** Fewer cells than this say nothing of others, and a cell with less effective evidence is not asked. */
export const POOLED_CELLS_LEAST = 3;
const CELL_EVIDENCE_LEAST = 5;

/** Hundredths are finer than what any level asks, and do not change with each piece of evidence. */
const hundredths = (value: number) => Math.max(0.01, Math.round(value * 100) / 100);

/** What was pooled, and from how many cells. */
export interface PooledTrust {
  readonly prior: TrustPrior;
  readonly cells: number;
}

/** Null as long as too few cells have evidence; `cells` are their decayed sums at one moment. */
export function poolTrust(cells: readonly Counts[]): PooledTrust | null {
  const known = cells.filter(({ good, bad }) => good + bad >= CELL_EVIDENCE_LEAST);
  if (known.length < POOLED_CELLS_LEAST) return null;
  const { a, b } = fitBetaPrior(known, POOLED_STRENGTH_MOST);
  return { prior: { prior_good: hundredths(a), prior_bad: hundredths(b) }, cells: known.length };
}

/** The prior that trust is read with: the pooled one where there is one and the policy does not keep its own. */
export function priorInForce(trust: Policy['trust'], pooled: TrustPrior | null | undefined): TrustPrior {
  return trust.pooled === false ? trust : (pooled ?? trust);
}
