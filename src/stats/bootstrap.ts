/**
 * How sure a mean difference is when two ways were tried on the same cases. Whole cases are drawn again with replacement, so what makes
 * a case hard for both ways cancels out.
 *
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: the percentile interval.
 */
import { assert } from '../domain/errors.ts';
import type { Interval } from './interval.ts';
import type { Random } from './random.ts';

export interface BootstrapDifference extends Interval {
  readonly mean: number;
  readonly cases: number;
}

/** The mean of paired differences with its interval, from `resamples` draws. `level` is the coverage, such as 0.95. */
export function pairedBootstrap(
  differences: readonly number[],
  { resamples, level, random }: { readonly resamples: number; readonly level: number; readonly random: Random },
): BootstrapDifference {
  const cases = differences.length;
  assert(cases > 0, 'a bootstrap of no cases');
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < cases; draw += 1) sum += differences[Math.floor(random() * cases)] ?? 0;
    return sum / cases;
  }).sort();
  const at = (share: number): number => means[Math.min(resamples - 1, Math.floor(share * resamples))] ?? 0;
  const tail = (1 - level) / 2;
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / cases,
    low: at(tail),
    high: at(1 - tail),
    cases,
  };
}
