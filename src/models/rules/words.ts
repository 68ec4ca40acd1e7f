/**
 * The plain words in which the rules engine gives its reasons. Every reason names the facts that it stands on, so that a reviewer
 * can disagree with a fact and not only with a number.
 */
import type { Fit, FitDimension, FitTier } from '../../domain/candidate.ts';
import type { Persona, Relation } from '../../domain/entity.ts';
import type { Situation } from './situation.ts';

const DIMENSION_WORDS: Record<FitDimension, string> = {
  firmographic: 'size',
  vertical: 'vertical',
  revenue: 'revenue',
  tech: 'technology',
  growth: 'growth',
  intent: 'intent data',
};

const TIER_WORDS: Record<FitTier, string> = { T1: 'tier 1', T2: 'tier 2', T3: 'tier 3', unscored: 'unscored' };

const PERSONA_WORDS: Record<Persona, string> = {
  economic_buyer: 'economic buyer',
  champion: 'champion',
  technical_evaluator: 'technical evaluator',
  influencer: 'influencer',
  user: 'user',
  unclear: 'role unclear',
};

const RELATION_WORDS: Record<Relation, string> = {
  customer: 'a customer',
  open_opportunity: 'in an open opportunity',
  partner: 'a partner',
  competitor: 'a competitor',
  employee: 'our own company',
  open_escalation: 'in an open escalation',
};

/** `tier 1 fit (88.5 points)`, or `fit unscored (20 % known)`. */
export function fitWords(fit: Fit): string {
  return fit.tier === 'unscored'
    ? `fit unscored (${Math.round(fit.coverage * 100)} % known)`
    : `${TIER_WORDS[fit.tier]} fit (${fit.score} points)`;
}

/** `size, revenue and growth`; empty when nothing is missing. */
export function gapWords(gaps: readonly FitDimension[]): string {
  const names = gaps.map((gap) => DIMENSION_WORDS[gap]);
  const last = names.pop();
  if (last === undefined) return '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

export function personaWords(persona: Persona): string {
  return PERSONA_WORDS[persona];
}

export function relationWords(relation: Relation): string {
  return RELATION_WORDS[relation];
}

/** `fresh intent 45`, or `no intent`. */
export function intentWords(situation: Situation): string {
  return situation.strength === 'none' ? 'no intent' : `${situation.freshness} intent ${situation.assessment.intent}`;
}

/** `stage engaged`, with the stage of the opportunity if one is known. */
export function stageWords(situation: Situation): string {
  const { stage, opportunityStage } = situation.input;
  return opportunityStage === null ? `stage ${stage}` : `stage ${stage}, opportunity in ${opportunityStage}`;
}

/** The facts that most scores stand on: fit, persona, intent, stage. */
export function factWords(situation: Situation): string {
  const { fit, persona } = situation.assessment;
  return `${fitWords(fit)}, ${personaWords(persona)}, ${intentWords(situation)}, ${stageWords(situation)}`;
}
