/**
 * Whether the rules of trust do what they are for, by simulation from a seed: how many good and bad cells a threshold unlocks, and whether a
 * sender of cold e-mail comes to sample review, keeps it, and loses it on harm.
 *
 * Source: Gatehouse statistics, trust.
 */
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { TrustLevel } from '../../domain/action-types.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { DEFAULT_POLICY } from '../../domain/policy.ts';
import { EVIDENCE_WEIGHTS, evidenceOfOutcome } from '../../policies/trust-evidence.ts';
import { poolTrust, priorInForce } from '../../policies/trust-pool.ts';
import {
  addEvidence,
  isLevelAtLeast,
  NO_EVIDENCE,
  nextLevel,
  TRUST_QUANTILE,
  trustQuantile,
} from '../../policies/trust.ts';
import { fitBetaPrior } from '../../stats/beta-binomial.ts';
import { betaQuantile } from '../../stats/beta.ts';
import { seededRandom } from '../../stats/random.ts';
import type { Random } from '../../stats/random.ts';

export interface UnlockRates {
  readonly badCells: number;
  readonly goodCells: number;
  /** Shares of the bad and of the good cells that were unlocked. */
  readonly pooled: { readonly bad: number; readonly good: number };
  /** With the prior as the runtime pools it, which counts for less. */
  readonly runtime: { readonly bad: number; readonly good: number };
  readonly raw: { readonly bad: number; readonly good: number };
}

const UNLOCK_THETA = 0.85;
const PRIOR_STRENGTH_MOST = 60;
const CELLS = 60;
/** Fewer events unlock nothing. The published figures do not name theirs; this one gives them again, and none gives 91 % for the raw rate. */
const LEAST_EVENTS = 5;

/** Cells of which a quarter is drawn from Beta(7, 3) and the rest from Beta(27, 1.5), with 3 to 40 events each. Bad means p below .85. */
export function simulateUnlocks(runs: number, seed: string): UnlockRates {
  const random = seededRandom(seed);
  const count = { bad: 0, good: 0, pooledBad: 0, pooledGood: 0, runtimeBad: 0, runtimeGood: 0, rawBad: 0, rawGood: 0 };
  for (let run = 0; run < runs; run += 1) {
    const cells = Array.from({ length: CELLS }, (_, index) => {
      const rate = index < CELLS / 4 ? betaQuantile(random(), 7, 3) : betaQuantile(random(), 27, 1.5);
      const events = 3 + Math.floor(random() * 38);
      let good = 0;
      for (let event = 0; event < events; event += 1) if (random() < rate) good += 1;
      return { rate, good, bad: events - good };
    });
    const prior = fitBetaPrior(cells, PRIOR_STRENGTH_MOST);
    const inRuntime = priorInForce(DEFAULT_POLICY.trust, poolTrust(cells)?.prior);
    for (const { rate, good, bad } of cells) {
      const isEnough = good + bad >= LEAST_EVENTS;
      const pooled = isEnough && betaQuantile(TRUST_QUANTILE, prior.a + good, prior.b + bad) >= UNLOCK_THETA;
      const runtime = isEnough && trustQuantile(good, bad, inRuntime) >= UNLOCK_THETA;
      const raw = isEnough && good / (good + bad) >= UNLOCK_THETA;
      const isGood = rate >= UNLOCK_THETA;
      count[isGood ? 'good' : 'bad'] += 1;
      if (pooled) count[isGood ? 'pooledGood' : 'pooledBad'] += 1;
      if (runtime) count[isGood ? 'runtimeGood' : 'runtimeBad'] += 1;
      if (raw) count[isGood ? 'rawGood' : 'rawBad'] += 1;
    }
  }
  return {
    badCells: count.bad,
    goodCells: count.good,
    pooled: { bad: count.pooledBad / count.bad, good: count.pooledGood / count.good },
    runtime: { bad: count.runtimeBad / count.bad, good: count.runtimeGood / count.good },
    raw: { bad: count.rawBad / count.bad, good: count.rawGood / count.good },
  };
}

/** Shares of messages, 0 to 1. */
export interface SenderRates {
  readonly replies: number;
  readonly bounces: number;
  readonly complaints: number;
  /** Of drafts that a person sees, in the queue or in an audit. */
  readonly rejected: number;
}

export interface SenderPlan {
  readonly messagesPerDay: number;
  readonly auditShare: number;
  readonly before: SenderRates;
  readonly after: SenderRates;
  /** The day on which the rates change, and the last one. */
  readonly changesOn: number;
  readonly days: number;
}

export interface SenderResult {
  /** First day at sample review or above; null for never. */
  readonly reachedOn: number | null;
  /** Days after the change until a day ended below sample review; null for never. */
  readonly lostAfter: number | null;
  /** Shares of days at sample review or above, in the 60 days before the change and in the last 60. */
  readonly keptBefore: number;
  readonly keptAtEnd: number;
}

const SPEC = ACTION_TYPE_SPECS.outreach_push;
const WATCHED_DAYS = 60;

/** What one message brings: evidence, and whether it takes autonomy at once. */
function message(rates: SenderRates, level: TrustLevel, auditShare: number, random: Random) {
  let [good, bad] = [0, 0];
  const isAutonomous = isLevelAtLeast(level, 'sample_review');
  const isSeen = !isAutonomous || random() < auditShare;
  if (isSeen && random() < rates.rejected) return { good, bad: EVIDENCE_WEIGHTS.rejected.bad, harm: false };
  if (isSeen) good += isAutonomous ? EVIDENCE_WEIGHTS.audit_approved.good : EVIDENCE_WEIGHTS.approved_unedited.good;
  const draw = random();
  const { replies, bounces, complaints } = rates;
  const outcome =
    draw < replies
      ? 'reply_positive'
      : draw < replies + bounces
        ? 'bounce'
        : draw < replies + bounces + complaints
          ? 'complaint'
          : null;
  const piece = outcome === null ? null : evidenceOfOutcome(outcome);
  if (piece === null) good += isSeen ? 0 : EVIDENCE_WEIGHTS.matured_clean.good;
  else [good, bad] = [good + piece.good, bad + piece.bad];
  return { good, bad, harm: outcome === 'complaint' };
}

export function simulateSender(plan: SenderPlan, seed: string): SenderResult {
  const random = seededRandom(seed);
  const { half_life_days: halfLife } = DEFAULT_POLICY.trust;
  let evidence = NO_EVIDENCE;
  let level: TrustLevel = SPEC.initialLevel;
  let reachedOn: number | null = null;
  let lostAfter: number | null = null;
  let [before, end] = [0, 0];
  for (let day = 0; day < plan.days; day += 1) {
    const rates = day < plan.changesOn ? plan.before : plan.after;
    for (let sent = 0; sent < plan.messagesPerDay; sent += 1) {
      const { good, bad, harm } = message(rates, level, plan.auditShare, random);
      if (good === 0 && bad === 0) continue;
      evidence = addEvidence(evidence, { good, bad, at: day * DAY_MS }, halfLife);
      level = nextLevel(level, evidence.good, evidence.bad, SPEC, DEFAULT_POLICY, harm).level;
    }
    const isUp = isLevelAtLeast(level, 'sample_review');
    if (isUp) reachedOn ??= day;
    else if (day >= plan.changesOn) lostAfter ??= day - plan.changesOn;
    if (isUp && day < plan.changesOn && day >= plan.changesOn - WATCHED_DAYS) before += 1;
    if (isUp && day >= plan.days - WATCHED_DAYS) end += 1;
  }
  return { reachedOn, lostAfter, keptBefore: before / WATCHED_DAYS, keptAtEnd: end / WATCHED_DAYS };
}

export const GOOD_SENDER: SenderRates = { replies: 0.025, bounces: 0.01, complaints: 0.0005, rejected: 0 };
