/**
 * Decides how sure the engine says it is, which the policy's confidence floor reads. It is a judgement of how clearly one action
 * led and how much was known, and not a probability of success: that is what trust learns from outcomes.
 */

/** The margin at which one action leads as clearly as counts. */
export const CLEAR_MARGIN = 40;

/** Confidence in a tie with everything known. */
const TIE = 0.4;

/** The margin, below the best, at which nothing would be left of a tie's confidence. */
const LOST_MARGIN = 60;

/** Share that remains when nothing of the fit is known: what is asked for can be clear without it. */
const BLIND = 0.6;

/**
 * Confidence from 0 to 1: lead × (0.6 + 0.4 × coverage). The lead is 0.4 in a tie and rises in a straight line to 1 at a margin of
 * 40; for a candidate that was drawn although another was better, it falls to 0 at 60 points behind. A drawn one is at most 15
 * behind, which is 0.3, so under the default floor it passes only when everything is known, and otherwise goes to a person.
 *
 * @param margin points ahead of the best other candidate, negative when behind
 * @param coverage share of the fit's weight that was scored, 0 to 1
 */
export function confidenceOf(margin: number, coverage: number): number {
  const lead =
    margin >= 0 ? TIE + (1 - TIE) * Math.min(1, margin / CLEAR_MARGIN) : TIE * Math.max(0, 1 + margin / LOST_MARGIN);
  return Math.round(lead * (BLIND + (1 - BLIND) * coverage) * 10_000) / 10_000;
}
