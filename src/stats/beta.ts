/**
 * The beta distribution: what is known about a rate after some good and some bad trials. Its quantile is the number that trust is
 * compared by and its inverse gives the exact intervals, so it must be right to many digits and take microseconds: the gate
 * computes one for each proposal.
 */
import { lnBeta } from './ln-gamma.ts';
import { normalQuantile } from './normal.ts';

const MAX_TERMS = 10_000;
const EPSILON = 2 ** -52;
/** Stands for a zero denominator, as the modified Lentz method needs. */
const TINY = 1e-300;

/**
 * The continued fraction of I_x(a, b), which converges in few steps for x below (a+1)/(a+b+2), evaluated from the front.
 *
 * Source: DLMF 8.17.22; Lentz 1976 as modified by Thompson and Barnett 1986.
 */
function continuedFraction(x: number, a: number, b: number): number {
  const sum = a + b;
  let numerator = 1;
  let denominator = 1 - (sum * x) / (a + 1);
  if (Math.abs(denominator) < TINY) denominator = TINY;
  denominator = 1 / denominator;
  let value = denominator;
  for (let m = 1; m <= MAX_TERMS; m += 1) {
    const twice = 2 * m;
    const even = (m * (b - m) * x) / ((a + twice - 1) * (a + twice));
    denominator = 1 + even * denominator;
    if (Math.abs(denominator) < TINY) denominator = TINY;
    numerator = 1 + even / numerator;
    if (Math.abs(numerator) < TINY) numerator = TINY;
    denominator = 1 / denominator;
    value *= denominator * numerator;

    const odd = (-(a + m) * (sum + m) * x) / ((a + twice) * (a + twice + 1));
    denominator = 1 + odd * denominator;
    if (Math.abs(denominator) < TINY) denominator = TINY;
    numerator = 1 + odd / numerator;
    if (Math.abs(numerator) < TINY) numerator = TINY;
    denominator = 1 / denominator;
    const step = denominator * numerator;
    value *= step;
    if (Math.abs(step - 1) <= EPSILON) return value;
  }
  return Number.NaN;
}

/** ln(x^a · (1−x)^b / B(a, b)), the factor before the continued fraction. */
function lnFront(x: number, a: number, b: number, lnBetaAB: number): number {
  return a * Math.log(x) + b * Math.log1p(-x) - lnBetaAB;
}

/** Where the continued fraction is taken from the left; beyond, the mirrored one converges faster. */
function isLeft(x: number, a: number, b: number): boolean {
  return x <= (a + 1) / (a + b + 2);
}

/**
 * The share of Beta(a, b) at or below x: the regularised incomplete beta function I_x(a, b), to about 13 digits. NaN unless
 * a, b > 0 and 0 ≤ x ≤ 1.
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN;
  if (x === 0 || x === 1) return x;
  const front = Math.exp(lnFront(x, a, b, lnBeta(a, b)));
  const share = isLeft(x, a, b)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b;
  return Math.min(1, Math.max(0, share));
}

/**
 * The logarithm of a first guess at the quantile.
 *
 * Source: Abramowitz and Stegun 26.5.22; for small parameters, where that does not hold, the leading power of the left tail.
 */
function lnFirstGuess(p: number, a: number, b: number, lnBetaAB: number): number {
  if (a >= 1 && b >= 1) {
    const y = -normalQuantile(p);
    const lambda = (y * y - 3) / 6;
    const left = 1 / (2 * a - 1);
    const right = 1 / (2 * b - 1);
    const h = 2 / (left + right);
    const w = (y * Math.sqrt(Math.max(0, h + lambda))) / h - (right - left) * (lambda + 5 / 6 - 2 / (3 * h));
    return -Math.log1p((b / a) * Math.exp(2 * w));
  }
  return Math.min((Math.log(p * a) + lnBetaAB) / a, Math.log(a / (a + b)));
}

const MAX_ROUNDS = 100;
const LN_LEAST_POSITIVE = -745;
/** Convergence is quadratic, so a step this small leaves an error far below it. */
const STEP_SMALL_ENOUGH = 1e-9;

/** The quantile for 0 < p < 1, with full relative precision where it is small. */
function leftQuantile(p: number, a: number, b: number): number {
  const lnBetaAB = lnBeta(a, b);
  const lnP = Math.log(p);
  let lnX = lnFirstGuess(p, a, b, lnBetaAB);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (!(lnX < 0)) lnX = -EPSILON;
    if (lnX < LN_LEAST_POSITIVE) return 0;
    const x = Math.exp(lnX);
    // ln x is taken as it is: among the smallest numbers x has too few digits left to give it back.
    const front = a * lnX + b * Math.log1p(-x) - lnBetaAB;
    let lnShare: number;
    // The share divided by its own derivative in ln x, which is the front divided by 1 − x.
    let ratio: number;
    if (isLeft(x, a, b)) {
      const tail = continuedFraction(x, a, b) / a;
      lnShare = front + Math.log(tail);
      ratio = tail * (1 - x);
    } else {
      const height = Math.exp(front);
      const share = 1 - (height * continuedFraction(1 - x, b, a)) / b;
      lnShare = Math.log(share);
      ratio = (share / height) * (1 - x);
    }
    const step = (lnP - lnShare) * ratio;
    lnX += step;
    if (Math.abs(step) <= STEP_SMALL_ENOUGH) return Math.exp(lnX);
  }
  return Number.NaN;
}

/**
 * From which end to look: near 1 the distance to 1 would be lost in rounding. Without a parameter below 1 no tail is so close to
 * its end that it matters, and the distribution need not be asked.
 */
function liesInLeftHalf(p: number, a: number, b: number): boolean {
  return a >= 1 && b >= 1 ? p <= 0.5 : p <= betaCdf(0.5, a, b);
}

/**
 * The x below which the share p of Beta(a, b) lies, to about 12 digits. p = 0 gives 0 and p = 1 gives 1; NaN unless a, b > 0 and
 * 0 ≤ p ≤ 1. A quantile below the least positive number is 0.
 *
 * Newton's method on the logarithm of the share over the logarithm of x: that curve is increasing and concave, so the steps
 * approach from the left, never leave (0, 1) for long, and need no bracket. Typically 3 to 5 evaluations of the distribution.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  return liesInLeftHalf(p, a, b) ? leftQuantile(p, a, b) : 1 - leftQuantile(1 - p, b, a);
}
