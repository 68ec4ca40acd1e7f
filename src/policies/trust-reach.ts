/**
 * Whether a threshold of trust can be reached at all. Evidence decays while it is gathered, so at a given rate the effective sample
 * has a limit, and a threshold above what that limit allows would keep people approving for ever without their knowing why. Such a
 * threshold is refused when it is set.
 */
import { trustQuantile } from './trust.ts';

/**
 * The effective sample that evidence at a steady rate tends to and never passes: rate · half-life / ln 2. One a day with a half-life
 * of 30 days gives 43.
 *
 * Source: the integral of exponential forgetting, Gatehouse statistics, trust.
 */
export function maxEffectiveN(ratePerDay: number, halfLifeDays: number): number {
  return (ratePerDay * halfLifeDays) / Math.LN2;
}

export interface Reachability {
  readonly reachable: boolean;
  /** The trust that nothing but good evidence at this rate tends to, 0 to 1. */
  readonly limit: number;
  /** For the person who sets the threshold. */
  readonly explanation: string;
}

/** Whether trust can come to θ on nothing but good evidence at a rate a day. */
export function isReachable(
  theta: number,
  priorGood: number,
  priorBad: number,
  ratePerDay: number,
  halfLifeDays: number,
): Reachability {
  const sample = maxEffectiveN(ratePerDay, halfLifeDays);
  const limit = trustQuantile(sample, 0, { prior_good: priorGood, prior_bad: priorBad });
  const reachable = limit >= theta;
  const pace = `${ratePerDay} good results a day and a half-life of ${halfLifeDays} days`;
  const most = `the effective sample stays below ${sample.toFixed(1)} and trust below ${limit.toFixed(3)}`;
  const explanation = reachable
    ? `Reachable: at ${pace} ${most}, which is enough for ${theta}.`
    : `Not reachable: at ${pace} ${most}, so ${theta} is never met. Lower the threshold, lengthen the half-life, or gather more evidence.`;
  return { reachable, limit, explanation };
}
