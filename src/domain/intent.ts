/**
 * How interest fades and adds up. Intent is kept as a score and the time at which it was true; whoever looks later reads the
 * decayed score, so nothing has to be updated while nothing happens. Machines, triage and the decision engine share this file, so
 * that all of them see the same interest at the same time.
 */
import { HOUR_MS } from './instant.ts';
import type { Instant } from './instant.ts';

/** Hours after which a score has fallen to e⁻¹, about 36.8 % of what it was. Source: GTM OS AGT-206, v17. */
export const INTENT_DECAY_HOURS = 72;

/** The highest intent there is. */
export const INTENT_MAX = 100;

/** A score from 0 to 100 and when it was true. It decays from there. */
export interface IntentState {
  readonly score: number;
  readonly at: Instant;
}

/**
 * The part of a score, true at `sinceAt`, that is left at `at`: score · e^(−hours/72). Looking back before `sinceAt` gives the
 * score itself: interest never rises by waiting the other way.
 */
export function decayedIntent(score: number, sinceAt: Instant, at: Instant): number {
  if (at <= sinceAt) return score;
  return score * Math.exp(-(at - sinceAt) / (INTENT_DECAY_HOURS * HOUR_MS));
}

/**
 * The state after one more signal of a strength from 0 to 100. A signal that arrives late, from before the state's own time, adds
 * what would be left of it by then, and time does not go back; below the cap of 100 the order of arrival therefore does not matter.
 */
export function addIntent(state: IntentState, strength: number, at: Instant): IntentState {
  const added = Math.max(0, strength);
  const [score, when] =
    at >= state.at
      ? [decayedIntent(state.score, state.at, at) + added, at]
      : [state.score + decayedIntent(added, at, state.at), state.at];
  return { score: Math.min(INTENT_MAX, score), at: when };
}
