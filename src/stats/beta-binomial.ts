/**
 * A prior for rates, learned from many groups: the beta distribution under which the counts of all groups are likeliest. Groups with little
 * evidence are then read in the light of the others.
 *
 * Source: Brown, Cai and DasGupta 2001 for the intervals; empirical Bayes with the beta-binomial likelihood.
 */
import { lnBeta } from './ln-gamma.ts';

export interface Counts {
  readonly good: number;
  readonly bad: number;
}

export interface BetaPrior {
  readonly a: number;
  readonly b: number;
}

/** Log likelihood of counts, up to a constant. Counts may be fractions. */
export function betaBinomialLogLikelihood(groups: readonly Counts[], { a, b }: BetaPrior): number {
  const base = lnBeta(a, b);
  return groups.reduce((sum, { good, bad }) => sum + lnBeta(a + good, b + bad) - base, 0);
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The maximum of a function with one peak, by golden sections. */
function peakOf(f: (x: number) => number, low: number, high: number, rounds: number): number {
  let [left, right] = [low, high];
  let [x1, x2] = [right - GOLDEN * (right - left), left + GOLDEN * (right - left)];
  let [y1, y2] = [f(x1), f(x2)];
  for (let round = 0; round < rounds; round += 1) {
    if (y1 < y2) {
      [left, x1, y1] = [x1, x2, y2];
      x2 = left + GOLDEN * (right - left);
      y2 = f(x2);
    } else {
      [right, x2, y2] = [x2, x1, y1];
      x1 = right - GOLDEN * (right - left);
      y1 = f(x1);
    }
  }
  return (left + right) / 2;
}

const ROUNDS = 24;
const STRENGTH_LEAST = 0.1;

/** The likeliest prior whose strength a + b is at most `strengthMost`. Without groups it is uniform. */
export function fitBetaPrior(groups: readonly Counts[], strengthMost: number): BetaPrior {
  if (groups.length === 0) return { a: 1, b: 1 };
  const at = (mean: number, logStrength: number): BetaPrior => {
    const strength = Math.exp(logStrength);
    return { a: mean * strength, b: (1 - mean) * strength };
  };
  const [low, high] = [Math.log(STRENGTH_LEAST), Math.log(strengthMost)];
  const bestStrength = (mean: number) =>
    peakOf((logStrength) => betaBinomialLogLikelihood(groups, at(mean, logStrength)), low, high, ROUNDS);
  const mean = peakOf(
    (candidate) => betaBinomialLogLikelihood(groups, at(candidate, bestStrength(candidate))),
    0.001,
    0.999,
    ROUNDS,
  );
  return at(mean, bestStrength(mean));
}
