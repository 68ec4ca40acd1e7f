/**
 * Decides which candidate is taken, and with which probability each could have been. Without exploration it is the best one. With
 * it, a small share of decisions draws another candidate that is nearly as good, so that alternatives can later be compared on
 * outcomes; the exact probabilities are what makes that comparison possible.
 */
import { pickByWeights, uniformOf } from '../../stats/random.ts';

/** How far below the best score a candidate may be and still be drawn. */
export const EXPLORATION_MARGIN = 15;

export interface Drawn {
  readonly best: number;
  readonly chosen: number;
  /** Probability of each candidate before the draw; they add up to 1. */
  readonly propensities: readonly number[];
}

/** The first of the highest scores: ties go to the earlier candidate. */
export function bestOf(scores: readonly number[]): number {
  let best = 0;
  for (let index = 1; index < scores.length; index += 1) {
    if ((scores[index] ?? 0) > (scores[best] ?? 0)) best = index;
  }
  return best;
}

/**
 * Takes one of the scores. `epsilon` is the probability, 0 to 0.5, of drawing evenly from the others within 15 points of the best;
 * when there are none, the best is certain. A score of 0 is never drawn.
 */
export function drawCandidate(scores: readonly number[], epsilon: number, seed: string): Drawn {
  const best = bestOf(scores);
  const least = (scores[best] ?? 0) - EXPLORATION_MARGIN;
  const near: number[] = [];
  if (epsilon > 0) {
    for (const [index, score] of scores.entries()) if (index !== best && score > 0 && score >= least) near.push(index);
  }
  if (near.length === 0)
    return { best, chosen: best, propensities: scores.map((_, index) => (index === best ? 1 : 0)) };

  const each = epsilon / near.length;
  const propensities = scores.map((_, index) => (index === best ? 1 - epsilon : near.includes(index) ? each : 0));
  return { best, chosen: pickByWeights(propensities, uniformOf(`rules/exploration/${seed}`)), propensities };
}
