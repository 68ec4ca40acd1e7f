/**
 * Whether a threshold of trust can be reached at all. Evidence decays while it is gathered, so at a given rate the effective sample
 * has a limit, and a threshold above what that limit allows would keep people approving for ever without their knowing why. Such a
 * threshold is refused when it is set.
 */
import type { ActionTypeSpec } from '../domain/action-types.ts';
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

/** Evidence that came in a day, on average. */
export interface EvidenceRates {
  readonly goodPerDay: number;
  readonly badPerDay: number;
}

/**
 * Whether an action type comes to `sample_review` when evidence goes on as it was observed, for and against. Both sums tend to rate ·
 * half-life / ln 2, and neither trust nor the effective sample may stay below what is asked.
 */
export function reachAtRates(
  spec: Pick<ActionTypeSpec, 'theta' | 'minEvidence'>,
  trust: { readonly half_life_days: number; readonly prior_good: number; readonly prior_bad: number },
  { goodPerDay, badPerDay }: EvidenceRates,
): Reachability {
  const good = maxEffectiveN(goodPerDay, trust.half_life_days);
  const bad = maxEffectiveN(badPerDay, trust.half_life_days);
  const limit = trustQuantile(good, bad, trust);
  const pace = `At ${goodPerDay.toFixed(2)} for and ${badPerDay.toFixed(2)} against a day and a half-life of ${trust.half_life_days} days`;
  const tends = `the effective sample tends to ${(good + bad).toFixed(1)} of ${spec.minEvidence}, and trust to ${limit.toFixed(3)} of ${spec.theta}`;
  const reachable = limit >= spec.theta && good + bad >= spec.minEvidence;
  const advice = reachable ? '' : ' Lengthen the half-life, or gather more evidence.';
  return { reachable, limit, explanation: `${pace} ${tends}.${advice}` };
}
