/**
 * The logarithm of the gamma function, which everything built on factorials of fractions rests on: the beta distribution, and with
 * it trust and the exact intervals.
 */

/** g and coefficients of the approximation for g = 7 and nine terms; good to about 15 digits. */
const LANCZOS_G = 7;
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 0.000009984369578019572, 1.5056327351493116e-7,
] as const;

const HALF_LN_TWO_PI = 0.9189385332046728;

/**
 * ln Γ(x) for x > 0, to about 15 significant digits; NaN for anything else.
 *
 * Source: Lanczos 1964, A precision approximation of the gamma function; coefficients after Godfrey.
 */
export function lnGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const shifted = x - 1;
  let sum: number = LANCZOS[0];
  for (let term = 1; term < LANCZOS.length; term += 1) sum += (LANCZOS[term] ?? 0) / (shifted + term);
  const base = shifted + LANCZOS_G + 0.5;
  return HALF_LN_TWO_PI + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

/** ln B(a, b) for a, b > 0, where B is the beta function Γ(a)Γ(b)/Γ(a+b). */
export function lnBeta(a: number, b: number): number {
  return lnGamma(a) + lnGamma(b) - lnGamma(a + b);
}
