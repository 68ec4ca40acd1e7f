/**
 * Decides how well a company fits the ideal customer profile, in six dimensions whose weights are the tenant's policy. What is not
 * known earns nothing and is named as a gap; nothing is guessed. Fit has no time in it: it changes when facts change and never
 * fades. The segment is no dimension, since it routes and does not score, and neither is the country.
 *
 * | dimension    | share of its weight                                                          |
 * | ------------ | ---------------------------------------------------------------------------- |
 * | firmographic | all inside the band of employees; outside, less by log₂ distance, none at 8× |
 * | vertical     | all for a target, 40 % for another of the eight, none for any other          |
 * | revenue      | as firmographic, by yearly revenue                                           |
 * | tech         | `tech_fit` / 100                                                             |
 * | growth       | growth / the growth that earns all, between 0 and 1                          |
 * | intent       | the provider's `intent_score` / 100, as recorded                             |
 *
 * Source: GTM OS AGT-201, v17.
 */
import type { Fit, FitDimension, FitTier } from '../../domain/candidate.ts';
import { FIT_DIMENSIONS } from '../../domain/candidate.ts';
import { VERTICALS } from '../../domain/entity.ts';
import type { AccountEventFacts } from '../../domain/event-types.ts';
import type { Policy } from '../../domain/policy.ts';
import { hundredths } from './hundredths.ts';

type IcpPolicy = Policy['icp'];
type Vertical = (typeof VERTICALS)[number];

/**
 * The least share of the weight that must be scored before a tier is named. With the default weights it is reached by size and
 * vertical together; with less than that, a low score says that little is known and not that the company does not fit.
 */
export const LEAST_COVERAGE = 0.4;

/** Share of the weight of a vertical that is in the taxonomy and not a target. */
export const OTHER_VERTICAL_SHARE = 0.4;

/** Doublings from the edge of a band at which nothing is left: three doublings are 8×. */
const BAND_DOUBLINGS = 3;

function foldVertical(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '');
}

const VERTICAL_BY_NAME: ReadonlyMap<string, Vertical> = new Map([
  ...VERTICALS.map((vertical) => [vertical, vertical] as const),
  ...VERTICALS.map((vertical) => [foldVertical(vertical), vertical] as const),
]);

/** The vertical of the taxonomy that a text names, whatever its case and spaces: `hr-tech` is `HR Tech`. */
function verticalOf(text: string): Vertical | undefined {
  return VERTICAL_BY_NAME.get(text) ?? VERTICAL_BY_NAME.get(foldVertical(text));
}

function bandShare(value: number, from: number, to: number): number {
  if (value >= from && value <= to) return 1;
  const doublings = value < from ? Math.log2(from / value) : Math.log2(value / to);
  return doublings < BAND_DOUBLINGS ? 1 - doublings / BAND_DOUBLINGS : 0;
}

function verticalShare(text: string, targets: readonly Vertical[]): number {
  const vertical = verticalOf(text);
  if (vertical === undefined) return 0;
  return targets.includes(vertical) ? 1 : OTHER_VERTICAL_SHARE;
}

function unitShare(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The share of a dimension's weight that the facts earn, 0 to 1, or null when they do not say. */
function shareOf(dimension: FitDimension, facts: AccountEventFacts, icp: IcpPolicy): number | null {
  switch (dimension) {
    case 'firmographic':
      return facts.employees === undefined ? null : bandShare(facts.employees, icp.employees.from, icp.employees.to);
    case 'vertical':
      return facts.vertical === undefined || facts.vertical.trim() === ''
        ? null
        : verticalShare(facts.vertical, icp.target_verticals);
    case 'revenue':
      return facts.annual_revenue_minor === undefined
        ? null
        : bandShare(facts.annual_revenue_minor, icp.revenue_minor.from, icp.revenue_minor.to);
    case 'tech':
      return facts.tech_fit === undefined ? null : unitShare(facts.tech_fit / 100);
    case 'growth':
      return facts.growth_percent === undefined ? null : unitShare(facts.growth_percent / icp.growth_percent);
    case 'intent':
      return facts.intent_score === undefined ? null : unitShare(facts.intent_score / 100);
  }
}

function tierOf(score: number, coverage: number, tiers: IcpPolicy['tiers']): FitTier {
  if (coverage < LEAST_COVERAGE) return 'unscored';
  if (score >= tiers.t1) return 'T1';
  return score >= tiers.t2 ? 'T2' : 'T3';
}

/** Fit of one company: points per dimension, their sum, and the tier of what was earned. */
export function icpFit(facts: AccountEventFacts, icp: IcpPolicy): Fit {
  const points: Record<FitDimension, number | null> = {
    firmographic: null,
    vertical: null,
    revenue: null,
    tech: null,
    growth: null,
    intent: null,
  };
  const gaps: FitDimension[] = [];
  let sum = 0;
  let scored = 0;
  for (const dimension of FIT_DIMENSIONS) {
    const share = shareOf(dimension, facts, icp);
    if (share === null) {
      gaps.push(dimension);
      continue;
    }
    const weight = icp.weights[dimension];
    const earned = hundredths(weight * share);
    points[dimension] = earned;
    sum += earned;
    scored += weight;
  }
  const score = hundredths(sum);
  const coverage = hundredths(scored / 100);
  return { score, tier: tierOf(score, coverage, icp.tiers), points, gaps, coverage };
}
