/**
 * Decides which subjects come first: a composite of fit, of intent as it is left now, and of the open opportunity. Decay belongs
 * here and not in fit, so that a good company stays a good company while its interest cools.
 *
 * Source: GTM OS AGT-206, v17 (fit 40 %, intent 40 %, opportunity 20 %; intent decays by e^(−hours/72)).
 */
import type { Fit } from '../../domain/candidate.ts';
import type { Instant } from '../../domain/instant.ts';
import { decayedIntent } from '../../domain/intent.ts';
import type { IntentState } from '../../domain/intent.ts';
import { hundredths } from './hundredths.ts';

export const PRIORITY_WEIGHTS = { fit: 0.4, intent: 0.4, opportunity: 0.2 } as const;

/** Worth of the stage of an opportunity, 0 to 100. A closed one leaves nothing to win. */
const OPPORTUNITY_POINTS: ReadonlyMap<string, number> = new Map([
  ['qualification', 30],
  ['discovery', 50],
  ['proposal', 70],
  ['negotiation', 90],
  ['won', 0],
  ['lost', 0],
]);

/** 0 to 100; no opportunity, or a stage that is not in the catalogue, is 0. */
export function opportunityPoints(stage: string | null): number {
  return stage === null ? 0 : (OPPORTUNITY_POINTS.get(stage) ?? 0);
}

export interface Priority {
  /** The composite, 0 to 100. */
  readonly priority: number;
  /** What is left of intent now, 0 to 100. */
  readonly intent: number;
  /** 0 to 100. */
  readonly opportunity: number;
}

export function priorityOf(fit: Fit, intent: IntentState, opportunityStage: string | null, at: Instant): Priority {
  const left = hundredths(decayedIntent(intent.score, intent.at, at));
  const opportunity = opportunityPoints(opportunityStage);
  const { fit: ofFit, intent: ofIntent, opportunity: ofOpportunity } = PRIORITY_WEIGHTS;
  const priority = hundredths(ofFit * fit.score + ofIntent * left + ofOpportunity * opportunity);
  return { priority, intent: left, opportunity };
}
