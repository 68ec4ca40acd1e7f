/**
 * Whether this kind of action may run without a person. A person's approval of exactly this draft is enough; else the policy's grant
 * counts, else what the cell has learned, read pessimistically. Some of what runs by itself is still drawn for an audit, or labels
 * would stop coming in just where autonomy is greatest.
 */
import { RISK_CLASSES } from '../../domain/action-types.ts';
import type { RiskClass, TrustLevel } from '../../domain/action-types.ts';
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { GateReason } from '../../domain/reason-codes.ts';
import { approvalOf } from '../approval.ts';
import { denied, held, missing, passed, rounded } from '../gate-check.ts';
import type { CheckInputs } from '../gate-check.ts';
import { specOf } from '../reach.ts';
import { auditDraw } from '../sample.ts';
import { priorInForce } from '../trust-pool.ts';
import { isLevelAtLeast, LEAST_EVIDENCE_AGAINST, lowerLevel, trustQuantile } from '../trust.ts';

type TrustPolicy = Pick<Policy, 'grants' | 'ceilings' | 'trust'>;

/** At `sample_review` at least this share is audited, however small the policy's own share is. */
export const SAMPLE_REVIEW_LEAST_SHARE = 0.2;

function isRiskWithin(risk: RiskClass, most: RiskClass): boolean {
  return RISK_CLASSES.indexOf(risk) <= RISK_CLASSES.indexOf(most);
}

/** The level that the policy grants, or null. Of several grants that match, the lowest holds. */
function grantedLevel(request: GateRequest, policy: TrustPolicy): TrustLevel | null {
  return policy.grants
    .filter((grant) => grant.action_type === request.action_type && isRiskWithin(request.risk_class, grant.max_risk))
    .reduce<TrustLevel | null>((least, grant) => (least === null ? grant.level : lowerLevel(least, grant.level)), null);
}

interface Autonomy {
  readonly level: TrustLevel;
  readonly granted: boolean;
}

interface Measured {
  readonly quantile: number;
  readonly evidence: number;
  readonly inputs: CheckInputs;
}

function measure(trust: NonNullable<GateFacts['trust']>, request: GateRequest, policy: TrustPolicy): Measured {
  const spec = specOf(request);
  const priors = priorInForce(policy.trust, trust.pooled);
  const quantile = trustQuantile(trust.good, trust.bad, priors);
  const evidence = trust.good + trust.bad;
  return {
    quantile,
    evidence,
    inputs: {
      quantile: rounded(quantile),
      theta: spec.theta,
      n: rounded(evidence),
      min_evidence: spec.minEvidence,
      ...(priors === policy.trust ? {} : { prior_good: priors.prior_good, prior_bad: priors.prior_bad }),
    },
  };
}

/** A level that the catalogue gives needs no evidence until there is some against it; a level above needs it all the time. */
function isEarned(level: TrustLevel, { quantile, evidence }: Measured, request: GateRequest): boolean {
  const spec = specOf(request);
  if (isLevelAtLeast(spec.initialLevel, level) && evidence < LEAST_EVIDENCE_AGAINST) return true;
  return quantile >= spec.theta && (isLevelAtLeast(spec.initialLevel, level) || evidence >= spec.minEvidence);
}

/**
 * The share of actions at a level that is audited. A granted `auto` is not: the tenant has said in so many words that nobody looks. A
 * granted `sample_review` is, unless the tenant's share is 0.
 */
function auditShare({ level, granted }: Autonomy, policy: TrustPolicy): number {
  const share = policy.trust.audit_share;
  if (level === 'auto') return granted ? 0 : share;
  return granted && share === 0 ? 0 : Math.max(share, SAMPLE_REVIEW_LEAST_SHARE);
}

/** When evidence against a level that the catalogue gives has faded to nothing that counts; null where trust has to be earned. */
function fadesAt(
  level: TrustLevel,
  { evidence }: Measured,
  request: GateRequest,
  { trust }: TrustPolicy,
): Instant | null {
  if (!isLevelAtLeast(specOf(request).initialLevel, level) || evidence < LEAST_EVIDENCE_AGAINST) return null;
  const days = trust.half_life_days * Math.log2(evidence / LEAST_EVIDENCE_AGAINST);
  // Whole hours, so that the last bits of a logarithm make no difference; one more, since evidence has to be below and not at the line.
  return request.at + (Math.ceil((days * DAY_MS) / HOUR_MS) + 1) * HOUR_MS;
}

function trustWords({ quantile, evidence }: Measured, request: GateRequest): string {
  const { theta, minEvidence } = specOf(request);
  return `trust ${quantile.toFixed(3)} against ${theta}, evidence ${evidence.toFixed(1)} against ${minEvidence}`;
}

function waiting(code: GateReason, comparison: string, inputs: CheckInputs): CheckResult {
  return held('trust', { code, comparison, inputs });
}

function judge(autonomy: Autonomy, request: GateRequest, facts: GateFacts, policy: TrustPolicy): CheckResult {
  const { level, granted } = autonomy;
  const origin = granted ? 'granted by the policy' : 'learned';
  const measured = facts.trust === undefined ? null : measure(facts.trust, request, policy);
  const inputs = { level, granted, ...measured?.inputs };

  if (level === 'blocked') {
    return denied('trust', { code: 'trust_blocked', comparison: `${request.action_type} is blocked`, inputs });
  }
  if (level === 'suggest') return waiting('trust_suggest', `the level is suggest, ${origin}`, inputs);
  if (level === 'approve_each') return waiting('trust_needs_approval', `the level is approve each, ${origin}`, inputs);
  if (!granted && measured !== null && !isEarned(level, measured, request)) {
    return held(
      'trust',
      { code: 'trust_insufficient', comparison: trustWords(measured, request), inputs },
      fadesAt(level, measured, request, policy),
    );
  }
  const share = auditShare(autonomy, policy);
  const draw = auditDraw(request.fingerprint, request.at);
  const drawn = { ...inputs, audit_share: share, draw: rounded(draw) };
  if (draw < share) {
    return waiting('trust_sampled', `drawn for an audit: ${draw.toFixed(3)} < ${share}`, drawn);
  }
  return passed('trust', `the level is ${level === 'auto' ? 'auto' : 'sample review'}, ${origin}`, drawn);
}

/**
 * Denies what is blocked, passes what is granted, earned or approved, and holds the rest. What the policy itself blocks stays denied
 * with an approval too: only a changed policy lets it go.
 *
 * Source: GTM harness 3 C and D; formulas in Gatehouse statistics, trust.
 */
export function trustCheck(request: GateRequest, facts: GateFacts, policy: TrustPolicy): CheckResult {
  const grant = grantedLevel(request, policy);
  const ceiling = policy.ceilings[request.action_type] ?? 'auto';
  const byPolicy = grant ?? (ceiling === 'blocked' ? ceiling : null);
  if (byPolicy === 'blocked') return judge({ level: byPolicy, granted: grant !== null }, request, facts, policy);

  const approval = approvalOf(request, facts);
  if (approval === 'own') {
    return waiting('four_eyes', 'the approver also proposed this', { approved: true, by_proposer: true });
  }
  if (approval === 'given') return passed('trust', 'a person approved exactly this', { approved: true });
  if (grant !== null) return judge({ level: grant, granted: true }, request, facts, policy);
  if (facts.trust === undefined) return missing('trust', 'trust', 'trust_unknown');
  return judge({ level: lowerLevel(facts.trust.level, ceiling), granted: false }, request, facts, policy);
}
