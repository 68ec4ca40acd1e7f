/**
 * How much one kind of action has earned to run by itself. Evidence for and against decays, and autonomy is given by a pessimistic
 * reading of what is left, so a few lucky days do not unlock anything. It moves up one level at a time and falls at once on harm.
 */
import type { ActionTypeSpec, TrustLevel } from '../domain/action-types.ts';
import { TRUST_LEVELS } from '../domain/action-types.ts';
import { DAY_MS } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { betaQuantile } from '../stats/beta.ts';

/** Decayed sums of evidence, and when they were true. */
export interface TrustEvidence {
  readonly good: number;
  readonly bad: number;
  readonly at: Instant;
}

export const NO_EVIDENCE: TrustEvidence = { good: 0, bad: 0, at: 0 };

/** The share of the distribution that may lie below what trust is read as. */
export const TRUST_QUANTILE = 0.05;

type Priors = Pick<Policy['trust'], 'prior_good' | 'prior_bad'>;

function decayFactor(since: Instant, at: Instant, halfLifeDays: number): number {
  return at <= since ? 1 : 2 ** (-(at - since) / (halfLifeDays * DAY_MS));
}

/**
 * The evidence that is left at `at`: half of it after each half-life. Looking back before its time gives it unchanged: evidence never
 * grows.
 *
 * Source: Jøsang and Ismail 2002 (exponential forgetting).
 */
export function decayedEvidence(evidence: TrustEvidence, at: Instant, halfLifeDays: number): TrustEvidence {
  const factor = decayFactor(evidence.at, at, halfLifeDays);
  return { good: evidence.good * factor, bad: evidence.bad * factor, at: Math.max(evidence.at, at) };
}

/**
 * The evidence after one more piece. A piece from before the evidence's own time counts for what would be left of it by then, so the
 * order of arrival does not matter.
 */
export function addEvidence(evidence: TrustEvidence, piece: TrustEvidence, halfLifeDays: number): TrustEvidence {
  const at = Math.max(evidence.at, piece.at);
  const before = decayedEvidence(evidence, at, halfLifeDays);
  const added = decayedEvidence(piece, at, halfLifeDays);
  return { good: before.good + added.good, bad: before.bad + added.bad, at };
}

/**
 * What trust is compared by: the 5 % quantile of Beta(prior good + good, prior bad + bad), from 0 to 1. Not the mean: a mean passes
 * .90 after eight clean events, this needs more than twice as many.
 *
 * Source: Jøsang and Ismail 2002; Brown, Cai and DasGupta 2001.
 */
export function trustQuantile(good: number, bad: number, priors: Priors): number {
  return betaQuantile(TRUST_QUANTILE, priors.prior_good + good, priors.prior_bad + bad);
}

/** The lower of two levels. */
export function lowerLevel(left: TrustLevel, right: TrustLevel): TrustLevel {
  return TRUST_LEVELS.indexOf(left) <= TRUST_LEVELS.indexOf(right) ? left : right;
}

export function isLevelAtLeast(level: TrustLevel, least: TrustLevel): boolean {
  return TRUST_LEVELS.indexOf(level) >= TRUST_LEVELS.indexOf(least);
}

/** Below this effective sample nothing speaks against a level that the catalogue gives without evidence. */
export const LEAST_EVIDENCE_AGAINST = 5;

/** Evidence that `suggest` needs, in pieces and in trust, before drafts are put up for approval. */
const SUGGEST_LEAVES = { minEvidence: 3, theta: 0.5 } as const;
/** `auto` asks for this much more trust than the catalogue's θ, up to the maximum, and for this many times the evidence. */
const AUTO_ASKS = { moreTheta: 0.05, maxTheta: 0.98, timesEvidence: 2 } as const;
/** Trust this far below θ takes autonomy away. */
const FALL_BELOW_THETA = 0.1;

type TrustSpec = Pick<ActionTypeSpec, 'theta' | 'minEvidence' | 'initialLevel'>;

/** What the next level asks for, or null when evidence leads no higher: from `auto`, and from `blocked`, which a person has set. */
function requirementsAbove(
  level: TrustLevel,
  spec: TrustSpec,
): { level: TrustLevel; theta: number; minEvidence: number } | null {
  switch (level) {
    case 'blocked':
    case 'auto':
      return null;
    case 'suggest':
      return { level: 'approve_each', ...SUGGEST_LEAVES };
    case 'approve_each':
      return { level: 'sample_review', theta: spec.theta, minEvidence: spec.minEvidence };
    case 'sample_review':
      return {
        level: 'auto',
        theta: Math.max(spec.theta, Math.min(AUTO_ASKS.maxTheta, spec.theta + AUTO_ASKS.moreTheta)),
        minEvidence: AUTO_ASKS.timesEvidence * spec.minEvidence,
      };
  }
}

/** A level and, in words, why it is that one. */
export interface LevelStep {
  readonly level: TrustLevel;
  readonly reason: string;
}

/**
 * The level after new evidence, `good` and `bad` being the decayed sums at this time: one level up when the next level's requirements
 * are met, down to `approve_each` at once on harm or when trust has fallen far below θ, else the same. `harm` says that something
 * severe has just happened, such as a complaint. A level that the catalogue gives without evidence only falls on evidence against it.
 * The policy's ceilings do not limit what is learned; the gate applies them.
 *
 * Source: Gatehouse architecture, section 6.
 */
export function nextLevel(
  level: TrustLevel,
  good: number,
  bad: number,
  spec: TrustSpec,
  policy: { readonly trust: Priors },
  harm: boolean,
): LevelStep {
  const quantile = trustQuantile(good, bad, policy.trust);
  const evidence = good + bad;
  const measured = `trust ${quantile.toFixed(3)} on ${evidence.toFixed(1)} pieces of evidence`;

  if (isLevelAtLeast(level, 'sample_review')) {
    if (harm) return { level: 'approve_each', reason: 'severe harm' };
    const floor = spec.theta - FALL_BELOW_THETA;
    const given = isLevelAtLeast(spec.initialLevel, level) && evidence < LEAST_EVIDENCE_AGAINST;
    if (!given && !(quantile >= floor)) {
      return { level: 'approve_each', reason: `${measured} is below ${floor.toFixed(3)}` };
    }
  }
  const above = requirementsAbove(level, spec);
  if (above === null || harm) return { level, reason: measured };
  if (quantile >= above.theta && evidence >= above.minEvidence) {
    return {
      level: above.level,
      reason: `${measured} meets ${above.theta.toFixed(3)} on at least ${above.minEvidence}`,
    };
  }
  return { level, reason: measured };
}
