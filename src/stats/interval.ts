/**
 * Intervals for a rate and for the difference of two. A rate is never shown or compared without one: nine good results of ten are
 * no proof of nine in ten. Wilson for reading, Clopper–Pearson where the stated confidence must hold in any case, Jeffreys for the
 * Bayesian reading, Newcombe to compare two arms.
 */
import { assert } from '../domain/errors.ts';
import { betaQuantile } from './beta.ts';
import { normalQuantile } from './normal.ts';

/** Bounds, both as shares from 0 to 1, or from −1 to 1 for a difference. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const DEFAULT_CONFIDENCE = 0.95;

const UNKNOWN: Interval = { low: 0, high: 1 };

function checkCounts(successes: number, trials: number, confidence: number): void {
  assert(successes >= 0 && trials >= successes, `${successes} successes of ${trials} trials`);
  assert(confidence > 0 && confidence < 1, `a confidence of ${confidence}`);
}

/**
 * The two-sided score interval of a rate. Successes may be fractions, as decayed evidence is; no trials give 0 to 1. Throws on
 * counts that cannot be, or a confidence outside (0, 1).
 *
 * Source: Wilson 1927; recommended for small n by Brown, Cai and DasGupta 2001.
 */
export function wilsonInterval(successes: number, trials: number, confidence = DEFAULT_CONFIDENCE): Interval {
  checkCounts(successes, trials, confidence);
  if (trials === 0) return UNKNOWN;
  const z = normalQuantile((1 + confidence) / 2);
  const rate = successes / trials;
  const weight = 1 + (z * z) / trials;
  const centre = (rate + (z * z) / (2 * trials)) / weight;
  const half = (z * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials))) / weight;
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}

/**
 * The exact two-sided interval of a rate: it covers the truth at least as often as stated, and so is wider than the others. No
 * trials give 0 to 1. Throws like `wilsonInterval`.
 *
 * Source: Clopper and Pearson 1934, by quantiles of the beta distribution.
 */
export function clopperPearsonInterval(successes: number, trials: number, confidence = DEFAULT_CONFIDENCE): Interval {
  checkCounts(successes, trials, confidence);
  if (trials === 0) return UNKNOWN;
  const tail = (1 - confidence) / 2;
  const failures = trials - successes;
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    high: failures === 0 ? 1 : betaQuantile(1 - tail, successes + 1, failures),
  };
}

/**
 * The equal-tailed interval of a rate under the prior Beta(½, ½). At no successes the lower bound is 0, at no failures the upper
 * is 1; no trials give 0 to 1. Throws like `wilsonInterval`.
 *
 * Source: Brown, Cai and DasGupta 2001.
 */
export function jeffreysInterval(successes: number, trials: number, confidence = DEFAULT_CONFIDENCE): Interval {
  checkCounts(successes, trials, confidence);
  if (trials === 0) return UNKNOWN;
  const tail = (1 - confidence) / 2;
  const failures = trials - successes;
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes + 0.5, failures + 0.5),
    high: failures === 0 ? 1 : betaQuantile(1 - tail, successes + 0.5, failures + 0.5),
  };
}

/** Successes and trials of one arm. */
export interface Arm {
  readonly successes: number;
  readonly trials: number;
}

/**
 * The two-sided interval of the difference of two independent rates, `first − second`, from the Wilson interval of each. Throws
 * like `wilsonInterval`.
 *
 * Source: Newcombe 1998, method 10 (hybrid score, without continuity correction).
 */
export function newcombeInterval(first: Arm, second: Arm, confidence = DEFAULT_CONFIDENCE): Interval {
  const one = wilsonInterval(first.successes, first.trials, confidence);
  const two = wilsonInterval(second.successes, second.trials, confidence);
  if (first.trials === 0 || second.trials === 0) return { low: -1, high: 1 };
  const rateOne = first.successes / first.trials;
  const rateTwo = second.successes / second.trials;
  const difference = rateOne - rateTwo;
  return {
    low: difference - Math.hypot(rateOne - one.low, two.high - rateTwo),
    high: difference + Math.hypot(one.high - rateOne, rateTwo - two.low),
  };
}
