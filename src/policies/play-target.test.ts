import { expect, it } from 'vitest';

import { isInTarget } from './play-target.ts';
import type { TargetFacts } from './play-target.ts';

const FACTS: TargetFacts = {
  tier: 'T1',
  vertical: 'FinTech',
  persona: 'champion',
  signals: ['intent.surge', 'web.page_viewed'],
  stages: ['engaged', 'prospect'],
  segmentLabel: null,
  sizeBand: 'mid_market',
};

it('needs every criterion that the play states, and one value of each', () => {
  const isIn = (target: object) => isInTarget(target, 'mid_market', FACTS);
  expect(isIn({ icp_tiers: ['T1', 'T2'], verticals: ['FinTech'], personas: ['champion'] })).toBe(true);
  expect(isIn({ intent_signals: ['web.page_viewed'], lifecycle_stages: ['prospect'] })).toBe(true);
  expect(isIn({ icp_tiers: ['T1'], verticals: ['SaaS'] })).toBe(false);
  expect(isIn({ intent_signals: ['chat.handoff_requested'] })).toBe(false);
});

it('takes nobody of whom it is not known', () => {
  const unknown: TargetFacts = { ...FACTS, tier: 'unscored', vertical: null, signals: [] };
  for (const target of [
    { icp_tiers: ['T1', 'T2', 'T3'] },
    { verticals: ['FinTech'] },
    { intent_signals: ['intent.surge'] },
  ])
    expect(isInTarget(target, 'mid_market', unknown)).toBe(false);
  expect(isInTarget({ unheard_of: true }, 'mid_market', FACTS)).toBe(false);
});

it('goes by the label of the tenant, and by size where there is none', () => {
  const target = { icp_tiers: ['T1'] };
  expect(isInTarget(target, 'commercial_mm', FACTS)).toBe(false);
  expect(isInTarget(target, 'commercial_mm', { ...FACTS, segmentLabel: 'commercial_mm' })).toBe(true);
  expect(isInTarget(target, 'mid_market', { ...FACTS, segmentLabel: 'commercial_mm' })).toBe(false);
  // A play of one account has no segment.
  expect(isInTarget(target, null, FACTS)).toBe(true);
});
